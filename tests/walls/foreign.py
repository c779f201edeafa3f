"""Another tenant's ids, ids that do not exist, and everything a tenant owns, to compare before and after."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from django.apps import apps
from django.db import connection, transaction
from psycopg2 import sql

from ma_platform.tenancy.models import Workspace
from ma_platform.tenancy.orm import TenantModel
from ma_platform.tenancy.scope import tenant_scope
from tests.walls.crawl import Answer, Crawler
from tests.walls.routes import Row

PUBLIC_ID = re.compile(r"(?P<prefix>[a-z]+_)(?P<code>\w{10})?(?P<random>[0-9a-f]{32})\Z")
# What differs from one answer to the next whoever asks: random ids, moments, form tokens.
CHANGING = re.compile(
    r"\b[a-z]{2,5}_\w{0,10}[0-9a-f]{32}\b"
    r"|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[\d.]*(?:Z|\+\d\d:\d\d)?"
    r"|\b[0-9A-Za-z]{64}\b"
)


def missing(ids: Mapping[str, str]) -> dict[str, str]:
    """Values of the same form that nobody has."""
    return {name: _missing(value) for name, value in ids.items()}


def _missing(value: str) -> str:
    digest = hashlib.sha256(b"nobody's" + value.encode()).hexdigest()
    if found := PUBLIC_ID.match(value):
        return f"{found['prefix']}{found['code'] or ''}{digest[:32]}"
    if value.isdecimal():
        return str(10**12)
    if "@" in value:
        return f"{digest[:12]}@{digest[:8]}.example"
    return digest[: len(value)]


def likeness(answer: Answer, ids: Mapping[str, str]) -> tuple[int, str, str]:
    """Status, target and text without what was asked for and what changes by itself."""
    return (answer.status, _plain(answer.headers.get("Location", ""), ids), _plain(text_of(answer), ids))


def text_of(answer: Answer) -> str:
    return answer.content.decode("utf-8", "replace")


def _plain(text: str, ids: Mapping[str, str]) -> str:
    for value in sorted((value for value in ids.values() if len(value) > 3), key=len, reverse=True):
        text = text.replace(value, "…")
    return CHANGING.sub("…", text)


def asked_twice(crawler: Crawler, row: Row, method: str, theirs: Mapping[str, str], place: str) -> list[object]:
    """The likeness of the answers to another tenant's ids and to missing ids, put into `place` (ids or said)."""
    nobodys = missing(theirs)
    key = crawler.tenant.made.api_key if row.is_api else ""
    answers = []
    for values in (theirs, nobodys):
        asked = crawler.ask(row, method, role="owner", key=key, **{place: {**crawler.tenant.ids, **values}})
        answers.append(likeness(asked, values))
    return answers


def belongings(workspace: Workspace) -> dict[str, str]:
    """A fingerprint of every row of every table of this tenant, by table."""
    tables = sorted(model._meta.db_table for model in apps.get_models() if issubclass(model, TenantModel))
    with tenant_scope(workspace), connection.cursor() as cursor:
        cursor.execute(sql.SQL(" UNION ALL ").join(map(_fingerprint, tables)).as_string(cursor.cursor), _of(workspace))
        prints = dict(cursor.fetchall())
    directory = Workspace.objects.filter(pk=workspace.pk).values_list("name", "timezone", "locale", "sending_frozen_at")
    return {**prints, "tenancy_workspace": str(list(directory))}


def _of(workspace: Workspace) -> dict[str, int]:
    return {"tenant": workspace.pk}


def _fingerprint(table: str) -> sql.Composed:
    return sql.SQL(
        "SELECT {name}, coalesce(md5(string_agg(line::text, '|' ORDER BY line::text)), '')"
        " FROM {table} AS line WHERE tenant_id = %(tenant)s"
    ).format(name=sql.Literal(table), table=sql.Identifier(table))


def kept(crawler: Crawler, row: Row, method: str, theirs: Mapping[str, str], workspace: Workspace) -> dict[str, str]:
    """What the other tenant owns after acme asked with its ids in every place, before that is undone."""
    ids = {**crawler.tenant.ids, **theirs, "asker": "owner"}
    key = crawler.tenant.made.api_key if row.is_api else ""
    with transaction.atomic():
        crawler.send(row, method, role="owner", key=key, ids=ids, said=ids)
        found = belongings(workspace)
        transaction.set_rollback(True)
    return found
