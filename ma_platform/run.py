"""`make run`: migrate, seed, then web, ingest, worker and beat side by side until somebody stops us."""

from __future__ import annotations

import os
import subprocess
import sys

import django
from django.core.management import call_command
from django.db import connection
from honcho.manager import Manager

from ma_platform.demo import unfinished
from ma_platform.env import ENV, ROOT

DEMO_EMAIL, DEMO_PASSWORD = "demo@example.com", "demo-password-1"
DEMO_OTHERS = ("marketing@mirai.example", "sales1@mirai.example")  # the same password; two more in sales
BIN = os.path.dirname(sys.executable)


def main() -> int:
    new = is_new()
    if ENV.demo and (new or unfinished.MARK.exists()):
        _manage("seed_demo", "--email", DEMO_EMAIL, "--password", DEMO_PASSWORD)
    manager = Manager()
    for name, command in processes().items():
        kind = "web" if name == "web" else "worker"
        environment = {**os.environ, "MA_PROCESS": kind, "PYTHONUNBUFFERED": "1"}
        manager.add_process(name, f"exec {command}", env=environment, cwd=str(ROOT))
    _announce()
    manager.loop()
    return int(manager.returncode or 0)


def is_new() -> bool:
    """Migrate, in this process to save a start, and say whether there is no workspace yet."""
    os.environ["MA_PROCESS"] = "owner"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ma_platform.settings")
    django.setup()
    call_command("migrate", verbosity=0, skip_checks=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT NOT EXISTS (SELECT FROM tenancy_workspace)")
        found = bool(cursor.fetchone()[0])
    connection.close()
    return found


def processes() -> dict[str, str]:
    """What runs, by name; the production compose file runs the same commands."""
    celery = f"{BIN}/celery -A ma_platform.celery"
    quiet = "--without-gossip --without-mingle --loglevel WARNING"
    running = {
        "web": f"{BIN}/granian --interface wsgi --host {ENV.host} --port {ENV.port} --workers {ENV.web_processes}"
        " --blocking-threads 8 --backpressure 256 --no-ws --log-level warning ma_platform.wsgi:application",
        "ingest": f"{sys.executable} manage.py ingest",
        "worker": f"{celery} worker -n worker@%h -Q consume,flow,send -c {ENV.workers} {quiet}",
        "webhook": f"{celery} worker -n webhook@%h -Q webhook -c 1 {quiet}",
        "bulk": f"{celery} worker -n bulk@%h -Q bulk -c 1 {quiet}",
        "beat": f"{celery} beat --loglevel WARNING --pidfile=",
    }
    if ENV.demo:
        running["site"] = f"{sys.executable} -m ma_platform.demo_site --host {ENV.host} --port {ENV.port + 1}"
    return running


def _manage(*arguments: str) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "MA_PROCESS"}
    done = subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env=environment, check=False)
    if done.returncode:
        raise SystemExit(done.returncode)


def _announce() -> None:
    lines = ["", f"  MA Platform     {ENV.base_url}/"]
    if ENV.demo:
        lines += [
            f"  sign in with    {DEMO_EMAIL} / {DEMO_PASSWORD}",
            f"  or look as      {', '.join(DEMO_OTHERS)}",
            f"  visitor's site  http://{ENV.host}:{ENV.port + 1}/",
        ]
    if ENV.email_url.startswith("mailbox:"):
        lines.append(f"  outgoing mail   {ENV.base_url}/mailbox/")
    print("\n".join([*lines, "  stop with       Ctrl-C", ""]), flush=True)  # noqa: T201 - the console is the interface here


if __name__ == "__main__":
    sys.exit(main())
