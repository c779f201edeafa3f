"""The only outgoing HTTP client: public addresses only, pinned, no redirects, bounded, never inside a transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.db import connections
from requests_hardened import Config, HTTPSession

from ma_platform.env import ENV

TIMEOUT_SECONDS = 15
ANSWER_LIMIT = 64 * 1024


class InTransaction(RuntimeError):
    """Somebody tried to talk to the network while holding a transaction open: always a bug."""


def refuse_in_transaction() -> None:
    """Raise InTransaction while any connection is in an atomic block; mail and HTTP call it first."""
    for connection in connections.all(initialized_only=True):
        if connection.in_atomic_block:
            raise InTransaction(connection.alias)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: `body` holds at most the asked number of bytes."""

    status: int
    body: bytes


def post(url: str, *, json: dict[str, Any], timeout: float = TIMEOUT_SECONDS) -> int:
    """POST JSON to a public https address and return the status; private addresses are refused at connect."""
    with _session(url, timeout) as session, session.post(url, json=json, stream=True) as answer:
        answer.raw.read(ANSWER_LIMIT)
        return int(answer.status_code)


def get(url: str, *, timeout: float = TIMEOUT_SECONDS, most: int = ANSWER_LIMIT) -> Answer:
    """GET a public address. Raises requests.RequestException (an OSError) when there is no answer."""
    with _session(url, timeout) as session, session.get(url, stream=True) as answer:
        body: bytes = answer.raw.read(most, decode_content=True)
        return Answer(int(answer.status_code), body)


def _session(url: str, timeout: float) -> HTTPSession:
    """A session that reaches public addresses, and the one asked for when the operator has opened it."""
    refuse_in_transaction()
    return HTTPSession(
        Config(
            ip_filter_enable=urlsplit(url).netloc not in ENV.egress_allow,
            ip_filter_allow_loopback_ips=False,
            never_redirect=True,
            default_timeout=(timeout, timeout),
            user_agent_override="ma-platform",
        )
    )
