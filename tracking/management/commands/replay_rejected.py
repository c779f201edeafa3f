"""`replay_rejected [--workspace ws_…] [--reason names|time|value|damaged]`: lines that were set aside, once more."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ma_platform import clock
from ma_platform.connections import process_kind
from ma_platform.tenancy.models import Workspace
from ma_platform.tenancy.scope import tenant_scope
from tracking.actions import NothingSetAside, ask_to_put_back, put_asked_back
from tracking.models import Rejected


class Command(BaseCommand):
    help = "Write lines that were set aside: now in a worker's environment, else by the worker within a minute."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--workspace", default="", help="its id, ws_…; every workspace without it")
        parser.add_argument("--reason", default="", choices=["", *Rejected.Kind.values])

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = Workspace.objects.order_by("pk")
        if options["workspace"]:
            chosen = chosen.filter(public_id=options["workspace"])
            if not chosen:
                raise CommandError(f"There is no workspace {options['workspace']}.")
        asked = sum(_ask(workspace, options["reason"]) for workspace in chosen)
        if process_kind() != "worker":
            self.stdout.write(f"{asked} lines will be tried again by the worker within a minute.")
            return
        done = put_asked_back(now=clock.now())
        self.stdout.write(f"{done.lines} lines tried again: {done.written} written, {done.refused} refused.")


def _ask(workspace: Workspace, kind: str) -> int:
    with tenant_scope(workspace):
        try:
            return ask_to_put_back(by=None, now=clock.now(), kind=kind)
        except NothingSetAside:
            return 0
