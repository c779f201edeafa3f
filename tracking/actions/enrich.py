"""What a visit's agent and address say: device, place, and whose network it may be. A sweep, never on the way in."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from celery import current_app

from ma_platform import jobs
from ma_platform.db import sets, sql
from ma_platform.env import ENV
from ma_platform.tenancy.scope import current_tenant_id, system_scope
from tracking.agents import describe
from tracking.networks import Known, choose
from tracking.places import Atlas, Place, WrongAtlas
from tracking.queries.networks import known_networks

AT_ONCE, ROUNDS, AGAIN_AT_ONCE = 1_000, 20, 2_000
LOOKED_BACK = timedelta(days=30)  # visits that learn of a changed list
LOOK_AGAIN = "tracking.tasks.look_again"

log = logging.getLogger(__name__)


@lru_cache(maxsize=1)
def operators_atlas() -> Atlas:
    """The operator's GeoIP file, opened by the process that first asks. Raises WrongAtlas."""
    return Atlas(ENV.geoip)


def enrich_due(*, now: datetime) -> int:
    """Enrich visits until none waits, each helping in a transaction of its own; returns how many."""
    _refresh(operators_atlas())
    done = 0
    for _round in range(ROUNDS):
        helping = enrich(now=now)
        done += helping
        if helping < AT_ONCE:
            break
    return done


def enrich(*, now: datetime, limit: int = AT_ONCE, atlas: Atlas | None = None) -> int:
    """One helping over all tenants: a look for bare visits, one for networks, one update. Returns visits enriched."""
    atlas = atlas or operators_atlas()
    with system_scope():
        bare = sql.typed(BARE, _Bare, limit=limit)
        if not bare:
            return 0
        known = known_networks({(one.tenant_id, one.ip) for one in bare if one.ip}, now=now)
        told = [_told(one, atlas.place(one.ip), known.get(one.tenant_id, {})) for one in bare]
        columns: dict[str, Any] = sets.columns(told)  # Any: arrays of what the driver adapts
        return sql.run(TELL, **columns, now=now).rowcount


def enrich_again(*, asked: datetime, limit: int = AGAIN_AT_ONCE) -> int:
    """Mark visits of the tenant in scope that were enriched before `asked`, newest first, for the sweep to look again.

    Only those of the last 30 days. Returns how many; call again, in another transaction, until it is 0.
    """
    return sql.run(AGAIN, asked=asked, since=asked - LOOKED_BACK, limit=limit).rowcount


def ask_to_look_again(*, now: datetime) -> None:
    """Have a task mark the visits when this commits: what is known of networks has changed."""
    job = current_app.tasks.get(LOOK_AGAIN)
    if job is not None:
        jobs.start(job, current_tenant_id(), now.isoformat())


def _refresh(atlas: Atlas) -> None:
    try:
        atlas.refresh()
    except WrongAtlas as error:  # half copied, perhaps: the one in use stays, the next sweep looks again
        log.warning("GEOIP cannot be read: %s", error)


@dataclass(frozen=True, slots=True)
class _Bare:
    tenant_id: int
    id: UUID
    agent: str
    language: str
    ip: str


@dataclass(frozen=True, slots=True)
class _Told:
    tenant_id: int
    id: str
    device: str
    os: str
    browser: str
    language: str
    country: str
    prefecture: str
    company_name: str
    company_domain: str
    company_confidence: int | None
    company_source: str


def _told(bare: _Bare, place: Place, known: Mapping[str, Sequence[Known]]) -> _Told:
    device = describe(bare.agent)
    company = guess(bare.ip, place, known)
    return _Told(
        bare.tenant_id,
        str(bare.id),
        device.kind,
        device.os,
        device.browser,
        first_language(bare.language),
        place.country,
        place.prefecture,
        *company,
    )


def guess(ip: str, place: Place, known: Mapping[str, Sequence[Known]]) -> tuple[str, str, int | None, str]:
    """(name, domain, confidence, source) of the company possibly behind an address.

    Source is list, learned or provider for a company; own for the workspace's own office; carrier or gateway when the
    network is nobody's, and then name, domain and confidence are empty. All empty: nothing is known.
    """
    found = choose(ip, known)
    if found is None:
        return "", "", None, place.kind
    if found.kind in ("company", "own"):
        source = "own" if found.kind == "own" else found.source
        return found.company_name, found.company_domain, found.confidence, source
    return "", "", None, found.kind


def first_language(stated: str) -> str:
    """first_language("ja-jp,en;q=0.8") == "ja-JP"; "" for what is no language."""
    tag = stated.partition(",")[0].partition(";")[0].strip().replace("_", "-")[:35]
    parts = tag.split("-")
    if not (parts[0].isascii() and parts[0].isalpha() and 2 <= len(parts[0]) <= 3):
        return ""
    return "-".join([parts[0].lower(), *(part.upper() if len(part) == 2 else part.title() for part in parts[1:])])


BARE = """
    SELECT tenant_id, id, agent, language, coalesce(host(ip), '') AS ip
      FROM tracking_session
     WHERE enriched_at IS NULL
     ORDER BY tenant_id, started_at
     LIMIT %(limit)s
       FOR UPDATE SKIP LOCKED
"""
# Where the place is not known (any more), what was known of it stays.
TELL = """
    UPDATE tracking_session AS session
       SET device = told.device, os = told.os, browser = told.browser, language = told.language,
           country = CASE told.country WHEN '' THEN session.country ELSE told.country END,
           prefecture = CASE told.country WHEN '' THEN session.prefecture ELSE told.prefecture END,
           company_name = told.company_name,
           company_domain = told.company_domain, company_confidence = told.company_confidence,
           company_source = told.company_source, enriched_at = %(now)s
      FROM unnest(%(tenant_id)s::bigint[], %(id)s::uuid[], %(device)s::text[], %(os)s::text[], %(browser)s::text[],
                  %(language)s::text[], %(country)s::text[], %(prefecture)s::text[], %(company_name)s::text[],
                  %(company_domain)s::text[], %(company_confidence)s::smallint[], %(company_source)s::text[])
           AS told(tenant_id, id, device, os, browser, language, country, prefecture, company_name, company_domain,
                   company_confidence, company_source)
     WHERE session.tenant_id = told.tenant_id AND session.id = told.id
"""
# A visit whose address lost its last part is not looked at again: it would lose the company it had.
AGAIN = """
    WITH due AS MATERIALIZED (
        SELECT id FROM tracking_session
         WHERE tenant_id = %(tenant_id)s AND last_at > %(since)s AND enriched_at <= %(asked)s AND ip IS NOT NULL
           AND right(host(ip), 2) NOT IN ('.0', '::')
         ORDER BY last_at DESC LIMIT %(limit)s FOR UPDATE SKIP LOCKED
    )
    UPDATE tracking_session AS session SET enriched_at = NULL
      FROM due WHERE session.tenant_id = %(tenant_id)s AND session.id = due.id
"""
