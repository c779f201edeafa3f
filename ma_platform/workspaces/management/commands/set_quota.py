"""`set_quota ws_… people=100000 mails_per_month=none`: what a workspace may use; without names, what it uses."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ma_platform import clock
from ma_platform.tenancy.models import Workspace
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.quotas import quota_lines, set_quota
from ma_platform.workspaces.quotas import Used


class Command(BaseCommand):
    help = (
        "Set limits of a workspace: people, events_per_month, mails_per_month, storage_mb; none is no limit. "
        "Without any, tell what is used, as it was last counted."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("workspace", help="ws_…")
        parser.add_argument("limits", nargs="*", metavar="name=number")

    def handle(self, *args: Any, **options: Any) -> None:
        workspace = Workspace.objects.filter(public_id=options["workspace"]).first()
        if workspace is None:
            raise CommandError("There is no such workspace.")
        limits, now = dict(map(_read, options["limits"])), clock.now()
        with tenant_scope(workspace):
            if limits:
                set_quota(limits, now=now)
            for line in quota_lines(now=now):
                limit = "none" if line.limit is None else line.limit
                self.stdout.write(f"{line.what}: {line.used} of {limit}")


def _read(stated: str) -> tuple[Used, int | None]:
    name, _equals, limit = stated.partition("=")
    if name not in set(Used) or not (limit == "none" or limit.isdecimal()):
        raise CommandError(f"{stated!r} is not a limit. Example: people=100000, or people=none")
    return Used(name), None if limit == "none" else int(limit)
