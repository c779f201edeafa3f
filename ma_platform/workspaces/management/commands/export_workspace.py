"""`export_workspace ws_… out.zip`: everything of a workspace, as an owner gets it from the settings, without a limit of
time.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ma_platform import audit, clock
from ma_platform.tenancy.models import Workspace
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.whole import write_everything


class Command(BaseCommand):
    help = "Write everything of a workspace into a ZIP, closed or not. Secrets are left out."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("workspace", help="ws_…")
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        now, target = clock.now(), options["file"]
        workspace = Workspace.objects.filter(public_id=options["workspace"]).first()
        if workspace is None:
            raise CommandError("There is no such workspace.")
        half = target.with_name(f"{target.name}.half")
        with half.open("wb") as into:
            rows = write_everything(workspace, into, now=now)
        half.rename(target)
        with tenant_scope(workspace):
            audit.record(None, "workspace.export_written", "", at=now, rows=rows)
        self.stdout.write(f"{rows} rows, {target.stat().st_size} bytes: {target}")
