"""Asks as somebody who sees a part of the people, for as long as one test lasts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from ma_platform.tenancy.models import ApiKey, Membership
from ma_platform.tenancy.permissions import OF_THE_WHOLE, Role, Span
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.groups import GroupInput, save_group
from tests.walls.crawl import Answer, Crawler, Look, placeholders
from tests.walls.populated import Tenant
from tests.walls.routes import ROWS, Anybody, Row

# An administrator of whom nobody is: they may ask everything that somebody limited can.
ASKER = Role.ADMIN
WRITES = [
    (row, method)
    for row in ROWS
    for method, who in row.methods.items()
    if method != "GET" and who not in (Anybody.TOKEN, Anybody.LOCAL, Anybody.OPEN, *OF_THE_WHOLE)
]
# Ids of people out of reach and of what is kept about them; a deal is of all its people, whoever closes it.
PERSONAL = {
    "lead",
    "lead_email",
    "double",
    "survivor",
    "aside",
    "further",
    "merge",
    "suggestion",
    "conflict",
    "binding",
    "browser",
    "touchpoint",
    "note",
    "todo",
    "file",
    "alert",
    "submission",
    "suspicious",
}
ABOUT_PEOPLE = [(row, method) for row, method in WRITES if placeholders([row.args, row.body, row.query]) & PERSONAL]
PAGE_READS = [
    row for row in ROWS if not row.is_api and row.GET not in (None, Anybody.TOKEN, Anybody.LOCAL, Anybody.OPEN)
]
API_READS = [row for row in ROWS if row.is_api and row.GET is not None]


@contextmanager
def limited(tenant: Tenant, role: Role = ASKER, span: Span = Span.OWN, *, unowned: bool = False) -> Iterator[None]:
    """This member sees those people only, and so does the key; undone at the end."""
    user = tenant.members[role]
    with transaction.atomic():
        with tenant_scope(tenant.made.workspace):
            Membership.objects.filter(user=user).update(reach=span, sees_unowned=unowned)
            ApiKey.objects.filter(name="default").update(reaches_as=user)
        yield
        transaction.set_rollback(True)


def grouped(tenant: Tenant, *roles: Role) -> None:
    """These members are a group."""
    with tenant_scope(tenant.made.workspace):
        users = [tenant.members[role].pk for role in roles]
        save_group(None, GroupInput("営業一課", users), by=tenant.made.owner, now=tenant.now)


def personal(tenant: Tenant) -> re.Pattern[str]:
    """What an answer says of the people of a populated workspace."""
    mark = tenant.mark
    return re.compile(rf"{mark}山田|花子|@(client|assigned)\.{mark}\.example|{tenant.ids['lead']}")


def asked(crawler: Crawler, row: Row, role: Role = ASKER, method: str = "GET", *, look: Look | None = None) -> Answer:
    """The answer to this member, or to the key."""
    return crawler.ask(row, method, role=role.value, key=crawler.key_for(row), look=look)


def named(name: str) -> Row:
    """The row of one address."""
    return next(row for row in ROWS if row.name == name)


def told(crawler: Crawler, row: Row) -> str:
    """What is wrong with the answer to somebody who sees nobody; "" is nothing."""
    answer = asked(crawler, row)
    if answer.status >= 500 or (answer.status == 403) != (row.GET in OF_THE_WHOLE):
        return f"{answer.status}"
    found = personal(crawler.tenant).search(answer.text)
    return f"{found[0]}: …{answer.text[max(found.start() - 90, 0) : found.end() + 60]}…" if found else ""
