"""`create_workspace --name N --email E --password P [--json]`."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email

from ma_platform import clock
from ma_platform.workspaces.actions import create_workspace


class Command(BaseCommand):
    help = "Make a workspace and its owner; a known e-mail becomes owner of one more."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--name", required=True)
        parser.add_argument("--email", required=True)
        parser.add_argument("--password", required=True)
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        if len(options["password"]) < 10:
            raise CommandError("The password needs at least 10 characters.")
        validate_email(options["email"])
        made = create_workspace(
            name=options["name"], email=options["email"], password=options["password"], now=clock.now()
        )
        told = {"workspace": made.workspace.public_id, "write_key": made.workspace.write_key, "api_key": made.api_key}
        if options["json"]:
            self.stdout.write(json.dumps(told))
            return
        for name, value in told.items():
            self.stdout.write(f"{name}: {value}")
