"""`seed_demo`: the demo workspace, if the database has no workspace yet."""

from __future__ import annotations

import json
import time
from contextlib import closing
from random import Random
from typing import Any

import psycopg2
from django.core.management.base import BaseCommand, CommandParser

from capture.models import Form
from ma_platform import clock
from ma_platform.db import sql
from ma_platform.demo import unfinished
from ma_platform.demo.mailing import UNHURRIED
from ma_platform.demo.seeding import Seeding, draw_people
from ma_platform.demo.team import COLLEAGUES, make_team
from ma_platform.env import ENV
from ma_platform.tenancy.models import Workspace
from ma_platform.tenancy.scope import tenant_scope

SEED = 20261122


class Command(BaseCommand):
    help = "Fill an empty database with the demo workspace; does nothing otherwise."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--email", required=True)
        parser.add_argument("--password", required=True)
        parser.add_argument("--leads", type=int, default=5000)
        parser.add_argument("--companies", type=int, default=600)

    def handle(self, *args: Any, **options: Any) -> None:
        if unfinished.sweep([options["email"], *(address for address, _name, _role in COLLEAGUES)]):
            self.stdout.write("The last seeding was interrupted; it begins anew.")
        if Workspace.objects.exists():
            return
        unfinished.mark()
        started, now = time.monotonic(), clock.now()
        sql.run(UNHURRIED)
        self.stdout.write("Seeding the demo workspace (once, about a minute) …")
        team = make_team(options["email"], options["password"], now=now)
        chance = Random(SEED)  # noqa: S311 - invented people, not secrets
        cast = draw_people(options["leads"], options["companies"], chance)
        Seeding(team.workspace, team.owner, team.sales, chance, now, cast, _analyse).live()
        self._tell_site(team.workspace)
        _analyse()
        unfinished.clear()
        self.stdout.write(f"Seeded {options['leads']} leads in {time.monotonic() - started:.0f} s.")

    def _tell_site(self, workspace: Workspace) -> None:
        with tenant_scope(workspace):
            forms = list(Form.objects.order_by("id").values_list("public_id", flat=True))
        config = {
            "tag_host": ENV.base_url,
            "write_key": workspace.write_key,
            "form": forms[0],
            "contact_form": forms[1],
        }
        ENV.data_dir.mkdir(parents=True, exist_ok=True)
        (ENV.data_dir / "demo-site.json").write_text(json.dumps(config))


def _analyse() -> None:
    """Let the planner know what was written; only the owner of the tables may. Without its address autovacuum does."""
    if not ENV.database_owner_url:
        return
    with closing(psycopg2.connect(ENV.database_owner_url)) as owner:
        owner.autocommit = True
        with owner.cursor() as cursor:
            cursor.execute("ANALYZE")
