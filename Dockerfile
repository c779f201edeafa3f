# One image, four commands: web, ingest, worker, beat.
FROM node:22-slim AS front
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json vite.config.ts vite.tag.config.ts ./
COPY static ./static
COPY templates ./templates
RUN npm run build

FROM python:3.11-slim
ENV PYTHONUNBUFFERED=1 PATH="/app/.venv/bin:$PATH" DEBUG=0 DATA_DIR=/data
WORKDIR /app
RUN pip install --no-cache-dir uv==0.13.9 && useradd --create-home --uid 1000 ma && mkdir /data && chown ma /data
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-group dev --no-group local
COPY . .
COPY --from=front /app/static/dist ./static/dist
RUN DEBUG=1 python -m ma_platform.catalogues
USER ma
VOLUME /data
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--blocking-threads", "8", "ma_platform.wsgi:application"]
