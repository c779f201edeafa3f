"""Networks by hand, by list, by what people were seen on them, and by whoever may be asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from itertools import groupby
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy

from ma_platform import audit, errors
from ma_platform.db import sql
from ma_platform.egress import refuse_in_transaction
from ma_platform.env import WrongSetting
from ma_platform.tenancy.models import User
from ma_platform.tenancy.scope import system_scope
from tracking.actions.enrich import ask_to_look_again, operators_atlas
from tracking.network_list import Entry
from tracking.networks import PROVIDERS, Known, Provider, Seen, around, learn
from tracking.places import Atlas

ASKED_AT_ONCE, SAID_FOR = 100, timedelta(days=30)


class NoSuchNetwork(errors.DomainError):
    """The network is not in this workspace, or has gone meanwhile."""

    code = "no_such_network"
    status = 404
    message = gettext_lazy("This network is not there any more.")


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What a list changed, in networks."""

    added: int
    changed: int
    removed: int


@transaction.atomic
def upload_networks(entries: Sequence[Entry], *, replace: bool, by: User, now: datetime) -> Uploaded:
    """Put a list in: what is there already is written anew; with `replace` the rest of the old list goes."""
    written = sql.run(WRITE_LIST, **_columns(entries), now=now).values()
    removed = sql.run(DROP_OTHERS, networks=[entry.network for entry in entries]).rowcount if replace else 0
    done = Uploaded(sum(written), len(written) - sum(written), removed)
    audit.record(by, "networks.uploaded", "", at=now, added=done.added, changed=done.changed, removed=removed)
    ask_to_look_again(now=now)
    return done


def add_network(entry: Entry, *, by: User, now: datetime) -> None:
    """One network by hand: a line of the list."""
    upload_networks([entry], replace=False, by=by, now=now)


@transaction.atomic
def delete_network(public_id: str, *, by: User, now: datetime) -> str:
    """Forget a network; what was learned may be learned again. Returns it as written. Raises NoSuchNetwork."""
    return _touched(DELETE, "network.deleted", public_id, by=by, now=now)


@transaction.atomic
def refuse_network(public_id: str, *, by: User, now: datetime) -> str:
    """ "Not this company": what was learned is not learned again. Returns the network. Raises NoSuchNetwork."""
    return _touched(REFUSE, "network.refused", public_id, by=by, now=now)


def _touched(statement: str, verb: str, public_id: str, *, by: User, now: datetime) -> str:
    rows = sql.run(statement, id=public_id, now=now).rows
    if not rows:
        raise NoSuchNetwork(network=public_id)
    network, company = rows[0]
    audit.record(by, verb, public_id, at=now, network=network, company=company)
    ask_to_look_again(now=now)
    return str(network)


@dataclass(frozen=True, slots=True)
class Learned:
    """`kept`: networks with a guess now; `ended`: guesses that nobody was seen for."""

    kept: int
    ended: int


@transaction.atomic
def learn_networks(seen: Iterable[Seen], *, now: datetime, atlas: Atlas | None = None) -> Learned:
    """Guess companies by the identified people seen on networks (rows ordered by network), and let old guesses end.

    Networks that the GeoIP file calls a carrier's or a gateway's are never guessed. What was refused stays refused.
    """
    atlas = atlas or operators_atlas()
    guesses = [
        guess
        for network, group in groupby(seen, key=lambda one: one.network)
        if not atlas.place(network.partition("/")[0]).kind and (guess := _with_people(network, list(group), now))
    ]
    ended = sql.run(END_LEARNED, networks=[guess.network for guess, _ in guesses]).rowcount
    if guesses:
        sql.run(WRITE_LEARNED, **_guesses(guesses), now=now)
    return Learned(len(guesses), ended)


def _with_people(network: str, seen: Sequence[Seen], now: datetime) -> tuple[Known, int] | None:
    guess = learn(network, seen, now=now)
    if guess is None:
        return None
    return guess, sum(one.people for one in seen if one.domain == guess.company_domain)


def load_providers(modules: Iterable[str]) -> None:
    """Import the modules that register providers. Ends the process when one cannot be: NETWORK_PROVIDERS is wrong."""
    for module in modules:
        try:
            import_module(module)
        except (ImportError, ValueError) as error:
            raise WrongSetting("NETWORK_PROVIDERS", f"cannot use {module!r}: {error}") from None


def ask_providers(*, now: datetime) -> int:
    """Ask whoever is registered about addresses nobody knows, outside of transactions; returns answers kept.

    "Not known" is kept too, so that nobody is asked twice within SAID_FOR.
    """
    if not PROVIDERS:
        return 0
    with system_scope():
        asked: list[tuple[int, str]] = sql.run(UNKNOWN, since=now - timedelta(days=1), limit=ASKED_AT_ONCE).rows
    if not asked:
        return 0
    refuse_in_transaction()
    said = _answers(sorted({ip for _, ip in asked}), PROVIDERS.values())
    with system_scope():
        rows = [(tenant, said.get(ip) or _nobody(ip)) for tenant, ip in asked]
        return _keep(rows, asked, now=now)


def _answers(addresses: Sequence[str], providers: Iterable[Provider]) -> Mapping[str, Known]:
    found: dict[str, Known] = {}
    for provider in providers:
        found |= provider.look_up([ip for ip in addresses if ip not in found])
    return found


def _nobody(ip: str) -> Known:
    return Known(around(ip) or ip, "refused", "", "", 0, "provider")


def _keep(rows: Sequence[tuple[int, Known]], asked: Sequence[tuple[int, str]], *, now: datetime) -> int:
    kept = sql.run(
        WRITE_SAID,
        tenants=[tenant for tenant, _ in rows],
        **_guesses([(one, 0) for _, one in rows]),
        now=now,
        later=now + SAID_FOR,
    ).rowcount
    sql.run(LOOK_AGAIN, tenants=[tenant for tenant, _ in asked], ips=[ip for _, ip in asked])
    return kept


def _columns(entries: Sequence[Entry]) -> dict[str, Any]:  # Any: parameters
    names = ("network", "kind", "company_name", "company_domain", "confidence")
    return {name: [getattr(entry, name) for entry in entries] for name in names}


def _guesses(guesses: Sequence[tuple[Known, int]]) -> dict[str, Any]:  # Any: parameters
    names = ("network", "kind", "company_name", "company_domain", "confidence", "expires_at")
    columns = {name: [getattr(guess, name) for guess, _ in guesses] for name in names}
    return {**columns, "people": [people for _, people in guesses]}


WRITE_LIST = """
    INSERT INTO tracking_network AS network (tenant_id, network, kind, company_name, company_domain, confidence,
                                             people, source, updated_at)
    SELECT %(tenant_id)s, entry.*, 0, 'list', %(now)s
      FROM unnest(%(network)s::text[], %(kind)s::text[], %(company_name)s::text[], %(company_domain)s::text[],
                  %(confidence)s::smallint[]) AS entry
    ON CONFLICT (tenant_id, network, source) DO UPDATE
       SET kind = excluded.kind, company_name = excluded.company_name, company_domain = excluded.company_domain,
           confidence = excluded.confidence, updated_at = excluded.updated_at
    RETURNING (xmax = 0)::int
"""
DROP_OTHERS = """
    DELETE FROM tracking_network
     WHERE tenant_id = %(tenant_id)s AND source = 'list' AND network <> ALL (%(networks)s::text[])
"""
DELETE = """
    DELETE FROM tracking_network WHERE tenant_id = %(tenant_id)s AND public_id = %(id)s RETURNING network, company_name
"""
REFUSE = """
    UPDATE tracking_network SET kind = 'refused', expires_at = NULL, updated_at = %(now)s
     WHERE tenant_id = %(tenant_id)s AND public_id = %(id)s AND source = 'learned' RETURNING network, company_name
"""
END_LEARNED = """
    DELETE FROM tracking_network
     WHERE tenant_id = %(tenant_id)s AND source = 'learned' AND kind <> 'refused'
       AND network <> ALL (%(networks)s::text[])
"""
_SAID = """
      FROM unnest(%(network)s::text[], %(kind)s::text[], %(company_name)s::text[], %(company_domain)s::text[],
                  %(confidence)s::smallint[], %(expires_at)s::timestamptz[], %(people)s::int[]
"""
WRITE_LEARNED = (
    """
    INSERT INTO tracking_network AS network (tenant_id, network, kind, company_name, company_domain, confidence,
                                             expires_at, people, source, updated_at)
    SELECT %(tenant_id)s, guess.*, 'learned', %(now)s"""
    + _SAID
    + """) AS guess
    ON CONFLICT (tenant_id, network, source) DO UPDATE
       SET kind = excluded.kind, company_name = excluded.company_name, company_domain = excluded.company_domain,
           confidence = excluded.confidence, expires_at = excluded.expires_at, people = excluded.people,
           updated_at = excluded.updated_at
     WHERE network.kind <> 'refused' OR network.company_domain <> excluded.company_domain
"""
)
WRITE_SAID = (
    """
    INSERT INTO tracking_network AS network (tenant_id, network, kind, company_name, company_domain, confidence,
                                             expires_at, people, source, updated_at)
    SELECT DISTINCT ON (said.tenant_id, said.network)
           said.tenant_id, said.network, said.kind, said.company_name, said.company_domain, said.confidence,
           coalesce(said.expires_at, %(later)s), 0, 'provider', %(now)s"""
    + _SAID
    + """, %(tenants)s::bigint[]) AS said(network, kind, company_name, company_domain, confidence, expires_at, people,
                                          tenant_id)
     ORDER BY said.tenant_id, said.network, said.confidence DESC
    ON CONFLICT (tenant_id, network, source) DO UPDATE
       SET kind = excluded.kind, company_name = excluded.company_name, company_domain = excluded.company_domain,
           confidence = excluded.confidence, expires_at = excluded.expires_at, updated_at = excluded.updated_at
"""
)
UNKNOWN = """
    SELECT DISTINCT session.tenant_id, host(session.ip)
      FROM tracking_session AS session
     WHERE session.last_at > %(since)s AND session.enriched_at IS NOT NULL AND session.ip IS NOT NULL
       AND session.company_source = '' AND session.verdict = 0
       AND NOT EXISTS (
           SELECT FROM tracking_network AS asked
            WHERE asked.tenant_id = session.tenant_id AND asked.source = 'provider'
              AND asked.network = text(network(set_masklen(session.ip,
                                   CASE family(session.ip) WHEN 4 THEN 32 ELSE 64 END)))
              AND asked.expires_at > %(since)s)
     LIMIT %(limit)s
"""
LOOK_AGAIN = """
    UPDATE tracking_session AS session SET enriched_at = NULL
      FROM unnest(%(tenants)s::bigint[], %(ips)s::text[]) AS asked(tenant_id, ip)
     WHERE session.tenant_id = asked.tenant_id AND session.ip = asked.ip::inet AND session.company_source = ''
"""
