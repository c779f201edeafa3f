"""What is known of networks: for a batch of addresses in one look-up, and as a list for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from ma_platform.db import sql
from tracking.networks import Known, prefixes

COUNTED = timedelta(days=30)
Place = tuple[int, str]  # tenant, network


def known_networks(addresses: Iterable[tuple[int, str]], *, now: datetime) -> dict[int, dict[str, list[Known]]]:
    """{tenant: {network: what is said of it}} for every network that holds one of these addresses. One query."""
    places = sorted({(tenant, prefix) for tenant, ip in addresses for prefix in prefixes(ip)})
    found: dict[int, dict[str, list[Known]]] = {}
    if not places:
        return found
    tenants, networks = zip(*places, strict=True)
    for tenant, *said in sql.run(KNOWN, tenants=list(tenants), networks=list(networks), now=now).rows:
        one = Known(*said)
        found.setdefault(tenant, {}).setdefault(one.network, []).append(one)
    return found


@dataclass(frozen=True, slots=True)
class NetworkRow:
    """A network as the list shows it; `visits` and `people` (identified ones) of the last 30 days."""

    id: int
    public_id: str
    network: str
    kind: str
    company_name: str
    company_domain: str
    confidence: int
    source: str
    updated_at: datetime
    expires_at: datetime | None
    people: int
    visits: int


@dataclass(frozen=True, slots=True)
class NetworkFilter:
    """`text` in the network, the company's name or domain; `source` and `kind` "" for all."""

    text: str = ""
    source: str = ""
    kind: str = ""


def networks(asked: NetworkFilter, *, now: datetime, before: int | None = None, limit: int = 50) -> list[NetworkRow]:
    """Newest first, those with a smaller number than `before`. One query."""
    return sql.typed(
        LIST, NetworkRow, **_narrowed(asked), since=now - COUNTED, before=before or 2**63 - 1, limit=limit, now=now
    )


def count_networks(asked: NetworkFilter, *, now: datetime) -> int:
    counted: int = sql.run(COUNT, **_narrowed(asked), now=now).value()
    return counted


def listed_networks() -> set[str]:
    """Every network of the uploaded list, as it is written: for the preview of the next upload."""
    return set(sql.run(LISTED).values())


def _narrowed(asked: NetworkFilter) -> Mapping[str, str]:
    return {"text": asked.text.strip().lower(), "source": asked.source, "kind": asked.kind}


KNOWN = """
    SELECT network.tenant_id, network.network, network.kind, network.company_name, network.company_domain,
           network.confidence, network.source, network.expires_at
      FROM unnest(%(tenants)s::bigint[], %(networks)s::text[]) AS asked(tenant_id, network)
      JOIN tracking_network AS network
        ON network.tenant_id = asked.tenant_id AND network.network = asked.network
     WHERE network.expires_at IS NULL OR network.expires_at > %(now)s
"""
# What a provider said of nobody is a note to ourselves; what has ended is no guess any more.
_SHOWN = """
       AND (network.expires_at IS NULL OR network.expires_at > %(now)s)
       AND NOT (network.source = 'provider' AND network.kind = 'refused')
       AND (%(source)s = '' OR network.source = %(source)s) AND (%(kind)s = '' OR network.kind = %(kind)s)
       AND (%(text)s = '' OR position(%(text)s IN lower(network.network || ' ' || network.company_name || ' '
            || network.company_domain)) > 0)
"""
COUNT = "SELECT count(*) FROM tracking_network AS network WHERE network.tenant_id = %(tenant_id)s" + _SHOWN  # noqa: S608 - constants
LISTED = "SELECT network FROM tracking_network WHERE tenant_id = %(tenant_id)s AND source = 'list'"
# Addresses are counted once and then placed under each width on the page, so that no network is compared with each.
LIST = (
    """
    WITH shown AS MATERIALIZED (
        SELECT network.* FROM tracking_network AS network
         WHERE network.tenant_id = %(tenant_id)s AND network.id < %(before)s"""  # noqa: S608 - constants put together
    + _SHOWN
    + """
         ORDER BY network.id DESC LIMIT %(limit)s
    ), address AS MATERIALIZED (
        SELECT session.ip, visitor.lead_id, count(*) AS visits
          FROM tracking_session AS session
          JOIN tracking_visitor AS visitor
            ON visitor.tenant_id = %(tenant_id)s AND visitor.id = session.visitor_id
         WHERE session.tenant_id = %(tenant_id)s AND session.last_at > %(since)s AND session.verdict = 0
           AND session.ip IS NOT NULL AND EXISTS (SELECT FROM shown)
         GROUP BY 1, 2
    ), width AS (
        SELECT DISTINCT family(network::cidr) AS family, masklen(network::cidr) AS width FROM shown
    ), counted AS (
        SELECT text(network(set_masklen(address.ip, width.width))) AS network,
               sum(address.visits)::int AS visits, count(DISTINCT address.lead_id)::int AS people
          FROM address JOIN width ON width.family = family(address.ip)
         GROUP BY 1
    )
    SELECT shown.id, shown.public_id, shown.network, shown.kind, shown.company_name, shown.company_domain,
           shown.confidence, shown.source, shown.updated_at, shown.expires_at,
           coalesce(counted.people, 0) AS people, coalesce(counted.visits, 0) AS visits
      FROM shown LEFT JOIN counted USING (network)
     ORDER BY shown.id DESC
"""
)
