"""`make bench [ONLY=ingest] [SCALE=0.1]`: run the areas, print one table, write var/bench.json."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

AREAS = (
    "accept",
    "neighbours",
    "redirect",
    "ingest",
    "scoring",
    "segments",
    "alerts",
    "flows",
    "mail",
    "pages",
    "imports",
)
ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    scale, only = float(os.environ.get("SCALE") or 1), os.environ.get("ONLY", "")
    environment = {**os.environ, "MA_PROCESS": "owner"}
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=environment, check=True)
    os.environ["MA_PROCESS"] = "worker"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ma_platform.settings")
    import django

    django.setup()
    from django.conf import settings

    settings.DEBUG = False  # as for people: a debugging connection keeps the text of every statement
    from benchmarks.table import show

    rows = [row for area in wanted(only) for row in import_module(f"benchmarks.{area}").measure(scale)]
    print(show(rows))
    target = Path(os.environ.get("DATA_DIR", ROOT / "var")) / "bench.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps([asdict(row) for row in rows], indent=1, ensure_ascii=False))
    return 0


def wanted(only: str) -> Iterator[str]:
    """The areas that exist and were asked for."""
    for area in AREAS:
        if (ROOT / "benchmarks" / f"{area}.py").exists() and only in ("", area):
            yield area


if __name__ == "__main__":
    sys.exit(main())
