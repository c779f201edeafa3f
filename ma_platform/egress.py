"""The only outgoing HTTP client: public addresses only, pinned, no redirects, bounded, never inside a transaction."""

from __future__ import annotations

from typing import Any

from django.db import connections
from requests_hardened import Config, HTTPSession

TIMEOUT_SECONDS = 15
ANSWER_LIMIT = 64 * 1024


class InTransaction(RuntimeError):
    """Somebody tried to talk to the network while holding a transaction open: always a bug."""


def refuse_in_transaction() -> None:
    """Raise InTransaction while any connection is in an atomic block; mail and HTTP call it first."""
    for connection in connections.all(initialized_only=True):
        if connection.in_atomic_block:
            raise InTransaction(connection.alias)


def post(url: str, *, json: dict[str, Any], timeout: float = TIMEOUT_SECONDS) -> int:
    """POST JSON to a public https address and return the status; private addresses are refused at connect."""
    refuse_in_transaction()
    session = HTTPSession(
        Config(
            ip_filter_enable=True,
            ip_filter_allow_loopback_ips=False,
            never_redirect=True,
            default_timeout=(timeout, timeout),
            user_agent_override="ma-platform",
        )
    )
    with session, session.post(url, json=json, stream=True) as answer:
        answer.raw.read(ANSWER_LIMIT)
        return int(answer.status_code)
