"""Segments made and changed by people: the condition is read, its words and circles checked, and a build begins."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from conditions import WORDS, ConditionRefused, Node, Refs, parse, refs
from leads.actions.segments.bell import ring_builder
from leads.actions.segments.building import IDLE
from leads.actions.upsert import Actor
from leads.models import Segment, SegmentChange, SegmentMember, SegmentMoment
from leads.stirring import Circle, Reads, dependency_order, reads_of
from ma_platform import audit
from ma_platform.db import sql
from ma_platform.errors import DomainError
from ma_platform.tenancy.models import User
from ma_platform.tenancy.permissions import Capability
from ma_platform.tenancy.reach import everybody
from ma_platform.ui import slots

State = Segment.State
NAME_LIMIT = 100
REASONS = {
    "name_missing": _("Please give the segment a name."),
    "name_taken": _("Another segment already has this name."),
    "circle": _("This segment would ask about itself, through “%(name)s”. Please leave one of them out."),
    "unknown_segment": _("There is no segment “%(name)s”."),
    "in_use": _("This segment is still asked about: %(names)s. Please change that first."),
    "nothing_proposed": _("Nothing waits to be confirmed."),
    "by_hand": _("A list kept by hand has no condition."),
    "confirm_first": _("A change of this segment is being applied. Please try again in a moment."),
    "changed_meanwhile": _("Somebody has changed this condition meanwhile. Please look at it again."),
}


class SegmentRefused(DomainError):
    """A segment cannot be kept or changed so: `why` is a key of REASONS, `field` the input it belongs to."""

    code = "segment_refused"

    def __init__(self, why: str, *, field: str = "condition", **facts: object) -> None:
        text = str(REASONS[why]) % facts
        super().__init__(errors={field: [text]})
        self.why, self.field, self.text = why, field, text
        self.status = 409 if why == "changed_meanwhile" else 422

    def __str__(self) -> str:
        return self.text


@transaction.atomic
def create_segment(name: str, document: object, *, by: Actor, now: datetime, description: str = "") -> Segment:
    """A new segment, to be built in the background; with `document` None a list kept by hand, ready at once.

    Raises SegmentRefused, ConditionRefused.
    """
    _take_turns()
    reads = Reads() if document is None else _reads(document)
    by_hand = document is None
    segment: Segment = Segment.objects.create(
        name=_free_name(name),
        description=description.strip()[:1000],
        condition=document,
        reads=reads.as_json(),
        state=State.READY if by_hand else State.BUILDING,
        version=1 if by_hand else 0,
        created_by=by if isinstance(by, User) else None,
        created_at=now,
        updated_at=now,
    )
    audit.record(by, "segment.created", segment.public_id, at=now)
    if not by_hand:
        ring_builder(segment)
    return segment


@transaction.atomic
def rename_segment(segment: Segment, name: str, *, by: Actor, now: datetime, description: str = "") -> None:
    """Another name or description; membership is not touched. Raises SegmentRefused."""
    _take_turns()
    name = _free_name(name, but=segment)
    Segment.objects.filter(pk=segment.pk).update(name=name, description=description.strip()[:1000], updated_at=now)
    segment.name = name
    audit.record(by, "segment.renamed", segment.public_id, at=now)


@everybody()
@transaction.atomic
def change_condition(
    segment: Segment, document: object, *, by: Actor, now: datetime, revision: str | None = None
) -> bool:
    """Propose another condition; False when it is the one in force. The difference waits to be confirmed once built.

    A segment that never came into force, or cannot be judged any more, is simply built anew. revision: what the author
    saw; None overwrites whatever is there. Raises SegmentRefused, ConditionRefused.
    """
    _take_turns()
    held = _locked(segment, revision)
    if held.condition is None:
        raise SegmentRefused("by_hand")
    if held.state == State.APPLYING:
        raise SegmentRefused("confirm_first")
    if document == held.condition and held.state != State.FAILED:
        _drop(held)
        return False
    reads = _reads(document, of=held)
    SegmentChange.objects.filter(segment=held).delete()
    if held.version == 0 or held.state == State.FAILED:
        anew = {"state": _anew(held), "quiet": True, "proposed": None}
        changed: dict[str, object] = {"condition": document, "reads": reads.as_json(), **anew}
    else:
        changed = {"state": State.BUILDING, "proposed": document}
    Segment.objects.filter(pk=held.pk).update(**changed, **IDLE, problem="", updated_at=now)
    audit.record(by, "segment.proposed", held.public_id, at=now)
    ring_builder(held)
    return True


@everybody()
@transaction.atomic
def confirm(segment: Segment, *, revision: str, enter_flows: bool, by: Actor, now: datetime) -> None:
    """Put the proposed condition in force: the difference, reckoned anew, is applied in the background.

    Without `enter_flows` those who enter start no scenario by it. revision: of the segment whose proposal was read.
    Raises SegmentRefused when nothing is proposed, or something else by now.
    """
    _take_turns()
    held = _locked(segment, revision)
    if held.state != State.PROPOSED:
        raise SegmentRefused("nothing_proposed")
    Segment.objects.filter(pk=held.pk).update(
        condition=held.proposed,
        proposed=None,
        reads=_reads(held.proposed, of=held).as_json(),
        version=held.version + 1,
        state=State.APPLYING,
        quiet=not enter_flows,
        updated_at=now,
    )
    audit.record(by, "segment.confirmed", held.public_id, at=now, enter_flows=enter_flows)
    ring_builder(held)


@everybody()
@transaction.atomic
def discard(segment: Segment, *, revision: str | None = None) -> None:
    """Drop a proposal, built or still being built; the condition in force stays.

    revision: as for `change_condition`. Raises SegmentRefused.
    """
    _drop(_locked(segment, revision))


def _locked(segment: Segment, revision: str | None) -> Segment:
    """Raises SegmentRefused when somebody has changed what was seen."""
    held: Segment = Segment.objects.select_for_update(no_key=True).get(pk=segment.pk)
    if revision is not None and revision != held.revision:
        raise SegmentRefused("changed_meanwhile")
    return held


def _drop(held: Segment) -> None:
    waiting = Segment.objects.filter(pk=held.pk, version__gt=0, state__in=[State.BUILDING, State.PROPOSED])
    if waiting.update(state=State.READY, proposed=None, **IDLE):
        SegmentChange.objects.filter(segment=held).delete()


class SegmentInUse(SegmentRefused):
    """What is asked about is not put away. uses: what asks, as far as who wants it may know; more: how many others."""

    def __init__(self, uses: Sequence[slots.Use], more: int) -> None:
        names = [f"{use.kind} “{use.name}”" for use in uses]
        others = ngettext("%(count)s more that you do not see", "%(count)s more that you do not see", more)
        super().__init__(
            "in_use", field="name", names=", ".join([*names, *([others % {"count": more}] if more else [])])
        )
        self.uses, self.more = uses, more


@everybody()
@transaction.atomic
def archive_segment(segment: Segment, *, by: Actor, now: datetime, can: Collection[Capability] | None = None) -> None:
    """Put a segment away: its memberships end, quietly. Raises SegmentInUse while anything of any room asks about it.

    can: what may be named when it is refused; None: all of it.
    """
    _take_turns()
    if every := slots.segment_uses(segment.public_id):
        named = slots.segment_uses(segment.public_id, can)
        raise SegmentInUse(named, len(every) - len(named))
    Segment.objects.select_for_update(no_key=True).get(pk=segment.pk)
    Segment.objects.filter(pk=segment.pk).update(archived_at=now, members=0, proposed=None, updated_at=now)
    SegmentMember.objects.filter(segment=segment, until=None).update(until=now)
    SegmentChange.objects.filter(segment=segment).delete()
    SegmentMoment.objects.filter(segment=segment).delete()
    audit.record(by, "segment.archived", segment.public_id, at=now)


@everybody()
def retry(segment: Segment, *, now: datetime) -> None:
    """Judge a segment that failed once more, everybody anew."""
    failed = Segment.objects.filter(pk=segment.pk, state=State.FAILED)
    if failed.update(state=_anew(segment), quiet=True, problem="", updated_at=now, **IDLE):
        ring_builder(segment)


def _anew(segment: Segment) -> State:
    """Everybody judged at once, without a difference to confirm: facts wait meanwhile."""
    return State.BUILDING if segment.version == 0 else State.APPLYING


# Two people saving at once could each be right and together close a circle.
TAKE_TURNS = "SELECT pg_advisory_xact_lock(hashtextextended('leads_segment_authoring', %(tenant_id)s))"


def _take_turns() -> None:
    sql.run(TAKE_TURNS)


def _free_name(name: str, *, but: Segment | None = None) -> str:
    name = " ".join(name.replace("\x00", "").split())[:NAME_LIMIT]
    if not name:
        raise SegmentRefused("name_missing", field="name")
    others = Segment.objects.filter(name=name, archived_at=None)
    if (others.exclude(pk=but.pk) if but else others).exists():
        raise SegmentRefused("name_taken", field="name")
    return name


def _reads(document: object, *, of: Segment | None = None) -> Reads:
    """What a condition depends on. Raises ConditionRefused, and SegmentRefused for circles and unknown segments."""
    node = parse(document)
    found = refs(node)
    _check_segments(found.segments, of=of)
    events = [word.code for name in found.events if (word := WORDS.events.find(name)) is not None]
    return reads_of(
        fields=found.fields,
        events=events,
        event_fields=found.event_fields,
        segments=found.segments,
        flows=found.flows,
        clock=_turns_with_time(node, found),
        account=found.account,
    )


def _turns_with_time(node: Node, found: Refs) -> bool:
    """Some words read the clock by themselves, as the days in a stage do."""
    fields = (WORDS.find(key) for key in found.fields)
    return found.clock or any(field is not None and "%(now)s" in field.sql for field in fields)


def _check_segments(asked: Iterable[str], *, of: Segment | None) -> None:
    living = {one.public_id: one for one in Segment.objects.filter(archived_at=None)}
    for public_id in sorted(asked):
        if public_id not in living:
            raise SegmentRefused("unknown_segment", name=public_id)
    asks = {public_id: _asked_by(one) for public_id, one in living.items()}
    if of is not None:
        asks[of.public_id] = set(asked)
    try:
        dependency_order(asks)
    except Circle as circle:
        raise SegmentRefused("circle", name=living[str(circle)].name) from circle


def _asked_by(segment: Segment) -> set[str]:
    """Segments it asks about, by the condition in force and by the one proposed."""
    return _proposed_by(segment) | set(Reads.of_json(segment.reads).segments)


def _proposed_by(segment: Segment) -> set[str]:
    if segment.proposed is None:
        return set()
    try:
        return set(refs(parse(segment.proposed)).segments)
    except ConditionRefused:  # it can never come into force
        return set()
