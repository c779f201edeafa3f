"""Permissions of two people who become one: a refusal of either holds, a grant goes with its address."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from leads.actions.consents import ConsentInput, record_consent
from leads.actions.hung import Joining, at_joining
from leads.joining import Line, refused
from leads.models import Consent
from ma_platform.db import sql


def ledger(lead_id: int) -> list[Line]:
    """Every line of one person."""
    rows = Consent.objects.filter(lead_id=lead_id).values_list("id", "topic", "state", "basis", "at")
    return [Line(*row) for row in rows]


@at_joining(order=10)
def join_consents(joining: Joining) -> None:
    """Refusals come over in any case. Grants come over with the address; those of an address given up stay behind."""
    mine, theirs = ledger(joining.keep), ledger(joining.drop)
    wanted = refused(mine) | refused(theirs)
    grants = joining.address_moves
    _give([line.id for line in theirs if line.state == "refused" or grants], joining.keep)
    if joining.address_moves and joining.had_address:
        _give([line.id for line in mine if line.state == "granted"], joining.drop)
    missing = sorted(wanted - refused(ledger(joining.keep)))
    evidence = {"source": "merge", "merge": joining.merge}
    record_consent([ConsentInput(joining.keep, topic, "refused", None, evidence) for topic in missing], now=joining.now)


def carry_refusals(keep: int, drop: int, merge: str, *, since: datetime) -> int:
    """What the two refused as one holds for both when they are parted. Returns lines added."""
    return sql.run(CARRY, keep=keep, drop=drop, since=since, merge=merge).rowcount


def swap_grants(lead_id: int, aside: int) -> bool:
    """Two rows exchange their addresses: what was allowed for an address goes with it. Whether there was any."""
    return bool(sql.run(SWAP_GRANTS, lead_id=lead_id, aside=aside).rowcount)


def _give(ids: Sequence[int], lead_id: int) -> None:
    if ids:
        Consent.objects.filter(pk__in=list(ids)).update(lead_id=lead_id)


SWAP_GRANTS = """
    UPDATE leads_consent AS line
       SET lead_id = CASE line.lead_id WHEN %(lead_id)s::bigint THEN %(aside)s::bigint ELSE %(lead_id)s::bigint END
     WHERE line.tenant_id = %(tenant_id)s AND line.lead_id IN (%(lead_id)s::bigint, %(aside)s::bigint)
       AND line.state = 'granted'
"""
CARRY = """
    INSERT INTO leads_consent (tenant_id, lead_id, topic, state, basis, at, evidence)
    SELECT line.tenant_id, %(drop)s, line.topic, line.state, line.basis, line.at,
           line.evidence || jsonb_build_object('unmerged', %(merge)s::text)
      FROM leads_consent AS line
     WHERE line.tenant_id = %(tenant_id)s AND line.lead_id = %(keep)s AND line.state = 'refused'
       AND line.at >= %(since)s AND coalesce(line.evidence ->> 'source', '') <> 'merge'
"""
