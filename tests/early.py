"""Before settings are read: each test process gets its own role, Postgres, Valkey database and files.

A Postgres each, because consumers read up to the oldest transaction of the whole server: another worker's test would
hold them back, and a test that crashes the server would crash another's.
"""

from __future__ import annotations

import atexit
import os
import tempfile
from pathlib import Path

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")

os.environ["MA_PROCESS"] = "worker"
os.environ["DEBUG"] = "1"
os.environ["TRACKING_GUARD"] = "0"  # a stream emptied between tests stays empty
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ma_platform.settings")
os.environ["DATA_DIR"] = str(Path(tempfile.gettempdir()) / f"ma-tests-{os.getpid()}-{WORKER}")
if WORKER not in ("main", "gw0") and "MA_POSTGRES_PID_FILE" in os.environ:
    from ma_platform.embedded.account import choose
    from ma_platform.embedded.postgres import Postgres

    own = Postgres(choose(Path(os.environ["MA_POSTGRES_PID_FILE"]).parents[1] / WORKER), for_tests=True)
    own.start()
    atexit.register(own.stop)
    os.environ["MA_POSTGRES_PID_FILE"] = str(own.data / "postmaster.pid")
    for name, role in (("DATABASE_URL", "web"), ("DATABASE_WORKER_URL", "worker"), ("DATABASE_OWNER_URL", "owner")):
        os.environ[name] = own.url(f"ma_{role}")
if "db=" in os.environ.get("REDIS_URL", ""):
    number = 1 + int(WORKER.removeprefix("gw")) if WORKER.startswith("gw") else 1
    os.environ["REDIS_URL"] = os.environ["REDIS_URL"].rsplit("db=", 1)[0] + f"db={number}"
