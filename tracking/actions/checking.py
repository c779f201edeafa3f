"""Does a host carry the tag, does a tracking host lead to us? Looked at from outside, never inside a transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from ma_platform import egress
from ma_platform.db import sql
from ma_platform.tenancy.scope import system_scope
from tracking.collector.tag import Tag

AT_ONCE, OF_A_WORKSPACE = 20, 3  # hosts in one look: nobody's many hosts keep another's waiting
SECONDS, WITHIN_SECONDS, PAGE_BYTES = 5.0, 8.0, 512 * 1024
# One failed look may be our own network's fault: a tracking host is given up after so many over so long a time.
FAILURES, FAILING = 5, timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Due:
    """A host to look at, with the write key its pages should carry."""

    tenant_id: int
    id: int
    host: str
    kind: str
    write_key: str


def check_due(*, now: datetime) -> int:
    """Look at hosts that are due, new ones first; returns how many: none while another process looks.

    All is well, or it is a site: daily. A tracking host that fails: after a minute at first (a new name's certificate
    takes longer to get than we wait), then every ten minutes while it is in use, else hourly for a day.
    """
    with _alone() as ours:
        if not ours:
            return 0
        with system_scope():
            due = sql.typed(CLAIM, Due, now=now, most=AT_ONCE, of_a_workspace=OF_A_WORKSPACE, failures=FAILURES)
        keep(list(zip(due, _problems_of(due), strict=True)), now=now)
        return len(due)


def _problems_of(due: Sequence[Due]) -> list[str]:
    """Looked at side by side: the slowest decides how long it takes, WITHIN_SECONDS at most."""
    with ThreadPoolExecutor(AT_ONCE, "look") as looking:
        return list(looking.map(problem_of, due))


@contextmanager
def _alone() -> Iterator[bool]:
    """Whether nobody else looks. The connection holds the lock: talking to the network bears no transaction."""
    ours = bool(sql.run(LOCK).value())
    try:
        yield ours
    finally:
        if ours:
            sql.run(UNLOCK)


def keep(seen: Sequence[tuple[Due, str]], *, now: datetime) -> None:
    """Write what was found; "" is no problem."""
    with system_scope():
        sql.run(
            KEEP,
            tenant_id=[one.tenant_id for one, _ in seen],
            id=[one.id for one, _ in seen],
            problem=[problem for _, problem in seen],
            now=now,
            failures=FAILURES,
            failing=FAILING,
        )


def problem_of(one: Due) -> str:
    """ "" when all is well, else no_answer, status_<n>, no_tag, other_key or not_ours."""
    path = "/t.js" if one.kind == "tracking" else "/"
    try:
        answer = egress.get(f"https://{one.host}{path}", timeout=SECONDS, within=WITHIN_SECONDS, most=PAGE_BYTES)
    except (OSError, ValueError):
        return "no_answer"
    if one.kind == "tracking":
        ours = hashlib.sha256(Tag().read().plain).digest()
        return "" if hashlib.sha256(answer.body).digest() == ours else "not_ours"
    return site_problem(answer.status, answer.body, one.write_key)


def site_problem(status: int, page: bytes, write_key: str) -> str:
    """What a site's front page tells: a redirect (to www, to a language) says nothing about the page behind it."""
    if status >= 300:
        return "redirects" if status < 400 else f"status_{status}"
    if b"/t.js" not in page:
        return "no_tag"
    return "" if write_key.encode() in page else "other_key"


LOCK = "SELECT pg_try_advisory_lock(hashtextextended('tracking_check_domains', 0))"
UNLOCK = "SELECT pg_advisory_unlock(hashtextextended('tracking_check_domains', 0))"
CLAIM = """
    WITH waiting AS (
        SELECT tenant_id, id, checked_at,
               row_number() OVER (PARTITION BY tenant_id ORDER BY checked_at NULLS FIRST, id) AS place
          FROM tracking_domain
         WHERE checked_at IS NULL
            OR checked_at <= %(now)s - CASE
                   WHEN kind = 'site' OR problem = '' OR failed_since < %(now)s - interval '1 day' THEN interval '1 day'
                   WHEN failures < %(failures)s THEN interval '1 minute'
                   WHEN lost_at IS NULL AND verified_at IS NOT NULL THEN interval '10 minutes'
                   ELSE interval '1 hour' END
    ), due AS (
        SELECT tenant_id, id FROM waiting WHERE place <= %(of_a_workspace)s
         ORDER BY checked_at NULLS FIRST, id LIMIT %(most)s
    )
    UPDATE tracking_domain AS domain SET checked_at = %(now)s
      FROM due JOIN tenancy_workspace AS workspace ON workspace.id = due.tenant_id
     WHERE domain.tenant_id = due.tenant_id AND domain.id = due.id
    RETURNING domain.tenant_id, domain.id, domain.host, domain.kind, workspace.write_key
"""
# A site whose tag has been seen by its visitors stays verified, whatever its front page looks like.
KEEP = """
    UPDATE tracking_domain AS domain
       SET problem = found.problem,
           verified_at = CASE WHEN found.problem = '' THEN coalesce(domain.verified_at, %(now)s)
                              ELSE domain.verified_at END,
           failures = CASE WHEN found.problem = '' THEN 0 ELSE least(domain.failures + 1, 9999) END,
           failed_since = CASE WHEN found.problem <> '' THEN coalesce(domain.failed_since, %(now)s) END,
           lost_at = CASE WHEN found.problem = '' OR domain.kind = 'site' OR domain.verified_at IS NULL THEN NULL
                          WHEN domain.failures + 1 >= %(failures)s AND domain.failed_since <= %(now)s - %(failing)s
                          THEN coalesce(domain.lost_at, %(now)s) ELSE domain.lost_at END
      FROM unnest(%(tenant_id)s::bigint[], %(id)s::bigint[], %(problem)s::text[]) AS found(tenant_id, id, problem)
     WHERE domain.tenant_id = found.tenant_id AND domain.id = found.id
"""
