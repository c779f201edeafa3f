"""What joining two people would do, before anybody does it: field by field, what comes along, and what to know."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from leads.actions.agreeing import ledger
from leads.actions.handing import counts
from leads.actions.hung import HUNG, at_preview, warnings
from leads.actions.rows import read_rows, shown_values
from leads.joining import GROUPS, Choice, Row, join, refused
from leads.models import FieldHistory, Lead
from leads.topics import topic_name
from ma_platform.errors import NotFound
from tracking.queries import hung_on


@dataclass(frozen=True, slots=True)
class FieldPreview:
    """One field of both. `wins` and `why` as in `joining.Choice`; `newer`: keep, drop or "" when nobody knows."""

    name: str
    mine: str
    theirs: str
    wins: str
    why: str
    newer: str

    @property
    def differs(self) -> bool:
        """A member may choose."""
        return self.why in ("kept", "chosen")


@dataclass(frozen=True, slots=True)
class Preview:
    """`comes`: what hangs on the one who stands aside, by what members call it."""

    fields: list[FieldPreview]
    comes: list[tuple[str, int]]
    warnings: list[str]


def preview(keep: Lead, drop: Lead, *, take: Collection[str] = (), newest: bool = False) -> Preview:
    """As `merge_leads` would decide. newest: of fields that differ, the one that was given later. Raises NotFound."""
    rows = read_rows([keep.pk, drop.pk])
    if len(rows) < 2:
        raise NotFound(kind="lead")
    mine, theirs = rows[keep.pk], rows[drop.pk]
    newer = _newer(keep.pk, drop.pk)
    if newest:
        take = [name for name, whose in newer.items() if whose == "drop"]
    choices = join(mine, theirs, take=take).choices
    return Preview(_fields(mine, theirs, choices, newer), _comes(drop.pk), warnings(keep.pk, drop.pk))


def _fields(mine: Row, theirs: Row, choices: Sequence[Choice], newer: Mapping[str, str]) -> list[FieldPreview]:
    left, right = shown_values(mine), shown_values(theirs)
    return [
        FieldPreview(
            one.field, left.get(one.field, ""), right.get(one.field, ""), one.wins, one.why, newer.get(one.field, "")
        )
        for one in choices
    ]


def _newer(keep: int, drop: int) -> dict[str, str]:
    """Whose value of a field was given later, by the history of both."""
    rows = FieldHistory.objects.filter(lead_id__in=[keep, drop]).values_list("field", "stated", "lead_id", "at")
    latest: dict[str, tuple[object, int]] = {}
    for field, stated, lead_id, at in rows.order_by("at", "id"):
        latest.update({_group(name): (at, lead_id) for name in stated or (field,)})
    return {name: "drop" if lead_id == drop else "keep" for name, (_at, lead_id) in latest.items()}


def _group(field: str) -> str:
    return next((name for name, columns in GROUPS.items() if field in columns), field)


def _comes(drop: int) -> list[tuple[str, int]]:
    found = counts(drop)
    hung = [(str(one.label), found.get(table, 0)) for table, one in HUNG.items() if one.label]
    events, browsers = hung_on(drop)
    seen = [(gettext("Things they did"), events), (gettext("Browsers of theirs"), browsers)]
    return [(label, count) for label, count in [*seen, *hung] if count]


@at_preview(order=10)
def warn_of_people(keep: int, drop: int) -> list[str]:
    """Of what leads know themselves."""
    rows = read_rows([keep, drop])
    companies = {row["company_id"] for row in rows.values()} - {None}
    lines = [gettext("They belong to different companies.")] if len(companies) > 1 else []
    theirs = ledger(drop)
    if all(row["email_key"] for row in rows.values()) and any(line.state == "granted" for line in theirs):
        lines.append(gettext("Consent counts for the address it was given for: that of the address not used rests."))
    noes = sorted(refused(ledger(keep)) | refused(theirs))
    if noes:
        topics = gettext(", ").join(str(topic_name(topic)) for topic in noes)
        lines.append(gettext("One of them refused mails (%(topics)s): the refusal holds.") % {"topics": topics})
    return lines
