"""What facts do to segments: those whose condition mentions a fact look at its people, all of a batch at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from leads.actions.erasing import Gone, at_erasure
from leads.actions.left_behind import look_at_left
from leads.actions.segments.bell import ring_refresher
from leads.actions.segments.moments import look_soon
from leads.actions.segments.settling import Settled, settle
from leads.models import Lead, Segment
from leads.stirring import News, Reads, is_stirred, news_of, people_of
from ma_platform.db import sql
from tracking.catalogue import Event, Fact

Dynamic = Sequence[tuple[int, Reads]]


def follow(facts: Sequence[Fact], *, now: datetime) -> Settled:
    """Settle every membership these facts may have changed. A fact dated ahead of now is looked at again then."""
    dynamic = _dynamic()
    if not dynamic:
        return Settled()
    told: dict[News, set[int]] = defaultdict(set)
    for fact in facts:
        news = news_of(fact)
        if news is not None:
            told[news] |= people_of(fact)
    told[News(everything=True)] |= _joined(facts)
    stirred = _stirred(dynamic, told.items())
    done = settle(stirred, now=now) if stirred else Settled()
    _look_later([fact for fact in facts if fact.occurred_at > now], dynamic)
    return done


def stir(lead_ids: Collection[int], words: Collection[str], *, now: datetime) -> Settled:
    """For rooms above whose changes are no facts: the value of these words (`score.` stands for all that begin so) may
    be another for these people. One look at the segments when none asks about them.
    """
    dynamic = [(pk, reads) for pk, reads in _dynamic() if reads.asks_about(words)]
    return settle({pk: set(lead_ids) for pk, _ in dynamic}, now=now) if dynamic and lead_ids else Settled()


def stir_flows(moved: Mapping[str, Collection[int]], *, now: datetime) -> Settled:
    """For the room that runs scenarios: who came into or moved on in the one with this public id."""
    stirred: dict[int, set[int]] = defaultdict(set)
    for pk, reads in _dynamic():
        for flow in reads.flows & moved.keys():
            stirred[pk].update(moved[flow])
    return settle(stirred, now=now) if stirred else Settled()


def stir_everybody(words: Collection[str], *, quiet: bool) -> int:
    """As `stir`, where these words may be another for anybody: the segments that ask look at everybody again, in the
    background. quiet: no flow begins by what that changes. Returns how many segments.
    """
    asking = [pk for pk, reads in _dynamic() if reads.asks_about(words)]
    for segment in Segment.objects.filter(pk__in=asking):
        ring_refresher(segment, quiet=quiet)
    return len(asking)


def _dynamic() -> Dynamic:
    """Segments with a condition, and what each reads."""
    kept = Segment.objects.filter(archived_at=None, condition__isnull=False).values_list("pk", "reads")
    return [(pk, Reads.of_json(reads)) for pk, reads in kept]


def _stirred(dynamic: Dynamic, told: Iterable[tuple[News, set[int]]]) -> dict[int, set[int]]:
    stirred: dict[int, set[int]] = defaultdict(set)
    for news, leads in told:
        for segment_id, reads in dynamic:
            if leads and is_stirred(reads, news):
                stirred[segment_id] |= leads
    return stirred


def _joined(facts: Sequence[Fact]) -> set[int]:
    """People who stand aside for another since, or stand for themselves again: they are in nothing, or judged anew."""
    named = {str(fact.props.get("joined", "")) for fact in facts if fact.name == Event.LEADS_MERGED}
    return set(Lead.objects.filter(public_id__in=named).values_list("pk", flat=True)) if named else set()


def _look_later(ahead: Sequence[Fact], dynamic: Dynamic) -> None:
    """Clocks of browsers run up to ten minutes ahead: what they say counts when its moment has come."""
    for fact in ahead:
        news = news_of(fact)
        for segment_id, reads in dynamic:
            if news is not None and is_stirred(reads, news):
                look_soon(segment_id, sorted(people_of(fact)), at=fact.occurred_at)


@at_erasure
def leave(gone: Sequence[Gone]) -> None:
    """The numbers of the segments erased people were in; the memberships go with them. Colleagues are looked at."""
    lead_ids = [one.lead_id for one in gone]
    sql.run(LEAVE, lead_ids=lead_ids)
    look_at_left(set(Lead.objects.filter(pk__in=lead_ids).exclude(company=None).values_list("company_id", flat=True)))


LEAVE = """
    UPDATE leads_segment AS segment SET members = segment.members - leaving.people
      FROM (SELECT stay.segment_id, count(*) AS people FROM leads_segmentmember AS stay
             WHERE stay.tenant_id = (SELECT %(tenant_id)s::bigint) AND stay.lead_id = ANY (%(lead_ids)s::bigint[])
               AND stay.until IS NULL
             GROUP BY stay.segment_id) AS leaving
     WHERE segment.tenant_id = %(tenant_id)s AND segment.id = leaving.segment_id
"""
