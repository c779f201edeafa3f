"""Before settings are read: each test process gets its own role, Valkey database and files."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")

os.environ["MA_PROCESS"] = "worker"
os.environ["DEBUG"] = "1"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ma_platform.settings")
os.environ["DATA_DIR"] = str(Path(tempfile.gettempdir()) / f"ma-tests-{os.getpid()}-{WORKER}")
if "db=" in os.environ.get("REDIS_URL", ""):
    number = 1 + int(WORKER.removeprefix("gw")) if WORKER.startswith("gw") else 1
    os.environ["REDIS_URL"] = os.environ["REDIS_URL"].rsplit("db=", 1)[0] + f"db={number}"
