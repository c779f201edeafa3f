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
from django.db import transaction
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


def named(value: object) -> set[str]:
    """The names of the ids a row's arguments or body use."""
    return set(re.findall(r"\$([a-z_]+)", json.dumps(value))) - {"pdf", "csv"}


@dataclass(frozen=True)
class Answer:
    """What came back, read to its end."""

    status: int
    headers: Mapping[str, str]
    content: bytes


@dataclass
class Crawler:
    """Asks as the members and keys of one tenant."""

    tenant: Tenant
    sessions: dict[str, str] = field(default_factory=dict)

    def sign_in_all(self) -> None:
        """One session per role, kept over the module."""
        self.sessions = {role.value: session_of(user) for role, user in self.tenant.members.items()}

    def ask(self, row: Row, method: str, *, role: str = STRANGER, key: str = "", **other: Any) -> Answer:
        """The answer; `ids` fill the arguments and `said` the body, both the tenant's own unless given."""
        ids = {**self.tenant.ids, "asker": role}
        return undone(lambda: self.send(row, method, role=role, key=key, **{"ids": ids, "said": ids, **other}))

    def send(self, row: Row, method: str, *, role: str, key: str, ids: Ids, said: Ids) -> Any:  # Any: Django's own
        """One request, not undone."""
        url = reverse(row.name, kwargs=filled(dict(row.args), ids) or None)
        if row.query:
            url += "?" + urlencode(filled(dict(row.query), ids))
        body = filled(dict(row.body), said) if method != "GET" else {}
        client = Client(headers={"authorization": f"Bearer {key}"} if key else {})
        if role in self.sessions:
            client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[role]
        if (row.is_api or row.json) and "file" not in row.body:
            sent = json.dumps(body) if body else ""
            return client.generic(method, url, sent, content_type="application/json")
        return client.post(url, body) if method == "POST" else client.generic(method, url)

    def status_of(self, row: Row, query: str) -> int:
        """The status of a read with this query string; an error that escapes is a 500, as in production."""
        path = reverse(row.name, kwargs=filled(dict(row.args), self.tenant.ids) or None)
        client = Client(raise_request_exception=False)
        if row.is_api:
            client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {self.tenant.made.api_key}"
        else:
            client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[Role.OWNER.value]
        return undone(lambda: client.get(f"{path}?{query}")).status

    def roles(self, row: Row, method: str) -> dict[str, str]:
        """What each role and a stranger is answered."""
        askers = [*self.sessions, STRANGER]
        return {role: verdict(self.ask(row, method, role=role), leads_away=row.leads_away) for role in askers}

    def unanswered(self, row: Row) -> dict[str, int]:
        """The status of every method the table does not name, asked by somebody who may everything."""
        key = self.tenant.made.api_key if row.is_api else ""
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


def undone(send: Callable[[], Any]) -> Answer:
    """Send inside a transaction that is rolled back, the answer read to its end."""
    with transaction.atomic():
        answer = send()
        content = b"".join(answer) if answer.streaming else answer.content
        transaction.set_rollback(True)
    return Answer(answer.status_code, {name: str(value) for name, value in answer.headers.items()}, content)


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
