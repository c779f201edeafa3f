"""`delete_workspace ws_… [--now | --bring-back]`: give a workspace up as its owner would, at once, or take it back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ma_platform import clock
from ma_platform.errors import DomainError
from ma_platform.tenancy.models import Workspace
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions import close_workspace, reopen_workspace
from ma_platform.workspaces.actions.closing import hasten_deletion


class Command(BaseCommand):
    help = "Close a workspace; workers delete everything in it after CLOSED_DAYS, with --now after two minutes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("workspace", help="ws_…")
        way = parser.add_mutually_exclusive_group()
        way.add_argument("--now", action="store_true", help="leave it no days, also one that is closed already")
        way.add_argument("--bring-back", action="store_true", help="open a closed one again")

    def handle(self, *args: Any, **options: Any) -> None:
        workspace = Workspace.objects.filter(public_id=options["workspace"]).first()
        if workspace is None:
            raise CommandError("There is no such workspace.")
        try:
            self._do(workspace, options)
        except DomainError as refused:
            raise CommandError(str(refused)) from refused

    def _do(self, workspace: Workspace, options: dict[str, Any]) -> None:
        now = clock.now()
        if options["bring_back"]:
            reopen_workspace(workspace, by=None, now=now)
            self.stdout.write(f"{workspace.name} is open again.")
            return
        delete_at = self._close(workspace, at_once=options["now"], now=now)
        self.stdout.write(f"{workspace.name} is closed and will be deleted after {delete_at:%Y-%m-%d %H:%M} UTC.")

    def _close(self, workspace: Workspace, *, at_once: bool, now: datetime) -> datetime:
        if workspace.closed_at is None or not at_once:
            with tenant_scope(workspace):
                return close_workspace(by=None, now=now, days=0 if at_once else None).delete_at
        delete_at = hasten_deletion(workspace, now=now)
        if delete_at is None:
            raise CommandError(f"{workspace.name} is being deleted already.")
        return delete_at
