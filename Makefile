# Everything a newcomer needs: `make run`, `make test`, `make check`, `make bench`. Nothing is installed outside this folder.
PY ?= python3.11
UV = UV_SYSTEM_CERTS=1 UV_PYTHON_DOWNLOADS=never UV_PROJECT_ENVIRONMENT=.venv .boot/bin/uv
BIN = $(CURDIR)/.venv/bin
ENV = PATH="$(BIN):$$PATH" PYTHONDONTWRITEBYTECODE=
EMBEDDED = $(ENV) python -m ma_platform.embedded
PORT ?= 8000
# Checks read the settings but need no servers.
NOWHERE = DATABASE_URL=postgres:///x DATABASE_WORKER_URL=postgres:///x DATABASE_OWNER_URL=postgres:///x REDIS_URL=redis://x
SCALE ?= 1
ONLY ?=
FRONT = package.json package-lock.json vite.config.ts vite.tag.config.ts tsconfig.json $(shell find static/src -type f 2>/dev/null)
CATALOGUES = $(shell find locale -name '*.po' 2>/dev/null)
export DATA_DIR ?= $(CURDIR)/var

.PHONY: run test check bench build format messages chromium clean

build: .venv/.stamp static/dist/.stamp locale/.stamp

.boot/bin/uv:
	$(PY) -m venv .boot && .boot/bin/pip install -q --disable-pip-version-check uv==0.13.9

.venv/.stamp: .boot/bin/uv pyproject.toml uv.lock
	$(UV) sync --frozen -q -p $(PY) && touch $@

node_modules/.stamp: package.json package-lock.json
	npm ci --ignore-scripts --no-audit --no-fund --loglevel=error && touch $@

static/dist/.stamp: node_modules/.stamp $(FRONT)
	npm run --silent build && touch $@

locale/.stamp: .venv/.stamp $(CATALOGUES)
	$(ENV) python -m ma_platform.catalogues && touch $@

run: build
	@exec env DEMO=$${DEMO:-1} PORT=$(PORT) $(EMBEDDED) --check-port $(PORT) exec -- python -m ma_platform.run

# Browser journeys need Chromium: the system's, or the one its package manager installs.
chromium:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || \
	{ [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && apt-get install -y -qq chromium fonts-noto-cjk >/dev/null; } || \
	echo "No Chromium here and no way to install one: browser tests will be skipped (and fail when CI=true)."

test: build chromium
	@npm run --silent test
	@$(EMBEDDED) --for-tests --fresh --state $(DATA_DIR)/test exec -- python -m pytest -q -n 2 --dist loadgroup $(ARGS)

check: build
	@$(ENV) ruff format --check . && $(ENV) ruff check . && $(ENV) djlint --lint --quiet templates && npm run --silent check
	@$(ENV) $(NOWHERE) mypy . && $(ENV) lint-imports
	@$(ENV) $(NOWHERE) MA_PROCESS=owner python -W ignore manage.py makemigrations --check --dry-run -v0 --skip-checks
	@echo "check: all good"

format: build
	@$(ENV) ruff format . && $(ENV) ruff check --fix . ; npx biome check --write static/src

bench: build
	@SCALE=$(SCALE) ONLY=$(ONLY) DEMO=0 $(EMBEDDED) --state $(DATA_DIR)/bench --fresh exec -- python -m benchmarks

clean:
	rm -rf .venv .boot node_modules static/dist locale/.stamp locale/*/LC_MESSAGES .mypy_cache .ruff_cache .import_linter_cache
