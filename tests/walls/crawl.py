"""Asks one address as somebody, and says in a word what the answer was. Every request is undone afterwards."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from ma_platform.tenancy.models import ApiKey, User
from ma_platform.tenancy.permissions import Capability, Role
from ma_platform.tenancy.scope import tenant_scope
from tests.walls.populated import PDF, Tenant
from tests.walls.routes import METHODS, Anybody, Row, Who

SIGN_IN = "/accounts/login/?next="
IN, REFUSED, TO_SIGN_IN = "in", "refused", "to sign-in"
STRANGER = "stranger"
Ids = Mapping[str, str]
Look = Callable[[], Any]


def filled(value: Any, ids: Mapping[str, str]) -> Any:  # Any: JSON with placeholders
    """`value` with every `$name` replaced."""
    if isinstance(value, dict):
        return {key: filled(one, ids) for key, one in value.items()}
    if isinstance(value, list):
        return [filled(one, ids) for one in value]
    if value == "$pdf":
        return SimpleUploadedFile("x.pdf", PDF, content_type="application/pdf")
    if value == "$csv":
        return SimpleUploadedFile("x.csv", b"email,company\nichiro@example.com,Example\n", content_type="text/csv")
    if isinstance(value, str) and "$" in value:
        return re.sub(r"\$([a-z_]+)", lambda found: ids[found[1]], value)
    return value


def placeholders(value: object) -> set[str]:
    """The names of the ids a row's arguments, query or body use."""
    return set(re.findall(r"\$([a-z_]+)", json.dumps(value))) - {"pdf", "csv"}


@dataclass(frozen=True)
class Given:
    """Values for the placeholders of one place each, instead of the asker's own."""

    address: Ids = field(default_factory=dict)
    query: Ids = field(default_factory=dict)
    body: Ids = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """What came back, read to its end; `found`: what somebody looked for before the request was undone."""

    status: int
    headers: Mapping[str, str]
    content: bytes
    found: Any = None

    @property
    def text(self) -> str:
        return self.content.decode("utf-8", "replace")


@dataclass
class Crawler:
    """Asks as the members and keys of one tenant."""

    tenant: Tenant
    sessions: dict[str, str] = field(default_factory=dict)

    def sign_in_all(self) -> None:
        """One session per role, kept over the module."""
        self.sessions = {role.value: session_of(user) for role, user in self.tenant.members.items()}

    def key_for(self, row: Row) -> str:
        """The key that an address of the API wants; pages want none."""
        return self.tenant.made.api_key if row.is_api else ""

    def ask(
        self,
        row: Row,
        method: str,
        *,
        role: str = STRANGER,
        key: str = "",
        given: Given | None = None,
        look: Look | None = None,
    ) -> Answer:
        """The answer; the tenant's own ids fill every place where no others are given."""
        return undone(lambda: self.send(row, method, role=role, key=key, given=given), look)

    def send(
        self, row: Row, method: str, *, role: str, key: str = "", given: Given | None = None
    ) -> Any:  # Any: Django's own
        """One request, not undone."""
        given, own = given or Given(), {**self.tenant.ids, "asker": role}
        url = reverse(row.name, kwargs=filled(dict(row.args), {**own, **given.address}) or None)
        if row.query:
            url += "?" + urlencode(filled(dict(row.query), {**own, **given.query}))
        body = filled(dict(row.body), {**own, **given.body}) if method != "GET" else {}
        client = Client(headers={"authorization": f"Bearer {key}"} if key else {})
        if role in self.sessions:
            client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[role]
        if (row.is_api or row.json) and "file" not in row.body:
            sent = json.dumps(body) if body else ""
            return client.generic(method, url, sent, content_type="application/json")
        return client.post(url, body) if method == "POST" else client.generic(method, url)

    def status_of(self, row: Row, question: Ids) -> int:
        """The status of a read that is asked this besides its row's own; an error that escapes is a 500."""
        url = reverse(row.name, kwargs=filled(dict(row.args), self.tenant.ids) or None)
        query = urlencode({**filled(dict(row.query), self.tenant.ids), **question})
        client = Client(raise_request_exception=False)
        if row.is_api:
            client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {self.tenant.made.api_key}"
        else:
            client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[Role.OWNER.value]
        return undone(lambda: client.get(f"{url}?{query}")).status

    def answers(self, row: Row, method: str) -> dict[str, Answer]:
        """What each role and a stranger is answered."""
        return {role: self.ask(row, method, role=role) for role in (*self.sessions, STRANGER)}

    def unanswered(self, row: Row) -> dict[str, int]:
        """The status of every method the table does not name, asked by somebody who may everything."""
        key = self.key_for(row)
        rest = [method for method in METHODS if method not in row.methods]
        return {method: self.ask(row, method, role=Role.OWNER.value, key=key).status for method in rest}

    def without(self, needed: Who, row: Row, method: str) -> Answer:
        """Asked with a key that may everything but this."""
        with transaction.atomic():
            with tenant_scope(self.tenant.made.workspace):
                scopes = sorted(one.value for one in Capability if one != needed)
                ApiKey.objects.filter(name="default").update(scopes=scopes)
            answer = self.ask(row, method, key=self.tenant.made.api_key)
            transaction.set_rollback(True)
        return answer


def undone(send: Callable[[], Any], look: Look | None = None) -> Answer:
    """Send inside a transaction that is rolled back, the answer read to its end.

    What an answer keeps is first checked as its commit would: until then a row may point into another tenant.
    """
    with transaction.atomic():
        answer = send()
        content = b"".join(answer) if answer.streaming else answer.content
        if answer.status_code < 400:
            connection.check_constraints()
        found = look() if look else None
        transaction.set_rollback(True)
    return Answer(answer.status_code, {name: str(value) for name, value in answer.headers.items()}, content, found)


def session_of(user: User) -> str:
    """A signed-in session, as after the sign-in page."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return str(session.session_key)


def verdict(answer: Answer, *, leads_away: bool = False) -> str:
    """One word for an answer; a status that fits none is its own word, so that a failing test shows it."""
    target = answer.headers.get("Location", "")
    if answer.status == 302 and target.startswith(SIGN_IN):
        return TO_SIGN_IN
    if answer.status in (401, 403):
        return REFUSED
    if 300 <= answer.status < 400 and not target.startswith("/") and not leads_away:
        return f"away to {target}"
    return IN if 200 <= answer.status < 400 else str(answer.status)


def promised(who: Who, members: Mapping[Role, frozenset[Capability]]) -> dict[str, str]:
    """What the roles × capabilities table promises each role and a stranger."""
    if isinstance(who, Anybody) and who is not Anybody.SIGNED_IN:
        return {**{role.value: IN for role in members}, STRANGER: IN}
    if who is Anybody.SIGNED_IN:
        return {**{role.value: IN for role in members}, STRANGER: TO_SIGN_IN}
    return {**{role.value: IN if who in can else REFUSED for role, can in members.items()}, STRANGER: TO_SIGN_IN}


def routes() -> set[str]:
    """The names of every address, with their namespaces; an address without a name shows as its pattern."""
    return set(_walk(get_resolver(), ()))


def _walk(resolver: URLResolver, spaces: tuple[str, ...]) -> list[str]:
    found: list[str] = []
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            found.append(":".join((*spaces, entry.name)) if entry.name else str(entry.pattern))
        else:
            found += _walk(entry, (*spaces, entry.namespace) if entry.namespace else spaces)
    return found
