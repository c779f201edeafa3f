"""Files of offline touchpoints: exhibitions, calls, visits …, each a fact about a person who is known."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import orjson
from django.utils.translation import gettext_lazy as _

from leads.actions.imports.kinds import (
    CREATED,
    REJECTED,
    SAME,
    Done,
    ImportField,
    ImportKind,
    Kept,
    Order,
    Outcome,
    Row,
    register,
)
from leads.entry import clean_text
from leads.files.headers import plain
from leads.files.moments import read_moment
from leads.files.words import ENCOUNTERS as WORDS
from leads.identity import find_address
from leads.models import Lead, LeadIdentifier
from leads.queries.transfers import linked_people
from ma_platform.db import sql
from ma_platform.tenancy.permissions import Capability
from ma_platform.tenancy.scope import current_tenant_id
from tracking.actions import NewFact, record_many, unsay
from tracking.catalogue import TOUCHPOINTS, Event

SEMINARS = {event.wire: event for event in (Event.SEMINAR_REGISTERED, Event.SEMINAR_ATTENDED, Event.SEMINAR_MISSED)}
ENCOUNTERS: dict[str, Event] = {**TOUCHPOINTS, **SEMINARS}
OLDEST = timedelta(days=3660)  # every month of the log is a table of its own
NAMESPACE = uuid.UUID("6f0f7c9e-31c4-5a5e-9d0b-2a9a3f6d4c11")
PROPERTIES = ("title", "note", "staff", "result")
TEXT_LIMIT = 2_000
LABELS = {
    "email": _("E-mail"),
    "lead": _("Lead ID"),
    "external_id": _("External ID"),
    "kind": _("Kind of touchpoint"),
    "at": _("Date and time"),
    "title": _("Title"),
    "note": _("Note"),
    "staff": _("Staff"),
    "result": _("Result"),
}
# How people call the kinds, beside the API's own names.
_CALLED = {
    "exhibition": ("展示会", "展示会来場", "ブース来場", "名刺獲得", "trade show", "event"),
    "call": ("電話", "架電", "コール", "テレアポ", "phone", "phone call"),
    "visit": ("訪問", "来訪", "客先訪問"),
    "meeting": ("商談", "打ち合わせ", "打合せ", "面談", "会議", "ミーティング", "web会議"),
    "business_card": ("名刺交換", "名刺", "business card"),
    "direct_mail": ("DM", "ダイレクトメール", "direct mail", "郵送"),
    "seminar_registered": ("セミナー申込", "セミナー申し込み", "申込", "registered"),
    "seminar_attended": ("セミナー参加", "セミナー出席", "参加", "出席", "attended"),
    "seminar_missed": ("セミナー欠席", "欠席", "不参加", "missed", "no show"),
}
CALLED = {plain(word): key for key, words in _CALLED.items() for word in (key, *words)}


def fields() -> list[ImportField]:
    """Fields of a touchpoint that a column can fill."""
    words = {target.key: target.words for target in WORDS}
    return [ImportField(key, label, words[key], ()) for key, label in LABELS.items()]


def write(rows: Sequence[Row], order: Order) -> list[Outcome]:
    """State each encounter once: the same row again, in this file or another, is the same fact."""
    people = _people(rows)
    stated: list[tuple[Row, NewFact]] = []
    outcomes: list[Outcome] = []
    for row in rows:
        fact = _fact(row.cells, people, order)
        if isinstance(fact, dict):
            outcomes.append(Outcome(row.number, REJECTED, reasons=fact))
        else:
            stated.append((row, fact))
    if not order.dry:
        sql.run(TAKE_TURNS)
    known = _known([fact for _row, fact in stated])
    outcomes += [_outcome(row, fact, people, known) for row, fact in stated]
    if not order.dry:
        record_many([fact for _row, fact in stated])
    return sorted(outcomes, key=lambda outcome: outcome.number)


def _outcome(row: Row, fact: NewFact, people: Mapping[str, tuple[int, str]], known: set[str]) -> Outcome:
    new = str(fact.id) not in known
    known.add(str(fact.id))
    said = {"fact": str(fact.id), "at": fact.at.isoformat()}
    return Outcome(row.number, CREATED if new else SAME, people[_key(row.cells)][1], before=said)


def withdraw(rows: Sequence[Done], order: Order) -> list[Kept]:
    """What the file stated first was never said, unless another file that still stands says it too.

    That one has stated it from now on, so that undoing both leaves nothing.
    """
    sql.run(TAKE_TURNS)
    numbers = [done.number for done in rows if done.before.get("fact")]
    made = set(sql.run(STATED_HERE, numbers=numbers, source=order.source).values())
    mine = {done.before["fact"]: done for done in rows if done.number in made}
    subjects = sorted({done.subject for done in mine.values()})
    stays = set(sql.run(HAND_ON, facts=list(mine), subjects=subjects, source=order.source).values())
    unsay([(fact, _at(done)) for fact, done in mine.items() if fact not in stays], now=order.now)
    return [Kept(done.number, done.subject) for fact, done in mine.items() if fact in stays]


def _at(done: Done) -> datetime:
    return datetime.fromisoformat(done.before["at"])


# Two files that are undone at once, or one while another is written, would each count on the other.
TAKE_TURNS = "SELECT pg_advisory_xact_lock(hashtextextended('leads_touchpoint_files', %(tenant_id)s))"
# As the rows stand now: another file undone a moment ago may have handed its fact on to one of them.
STATED_HERE = """
    SELECT row.number
      FROM leads_importedrow AS row
      JOIN leads_import AS transfer ON transfer.tenant_id = %(tenant_id)s AND transfer.id = row.transfer_id
     WHERE row.tenant_id = %(tenant_id)s AND 'import:' || transfer.public_id = %(source)s
       AND row.number = ANY (%(numbers)s::int[]) AND row.outcome = 'created'
"""
HAND_ON = """
    WITH heir AS (
        SELECT DISTINCT ON (row.before ->> 'fact') row.before ->> 'fact' AS fact, row.transfer_id, row.number
          FROM leads_importedrow AS row
          JOIN leads_import AS transfer ON transfer.tenant_id = %(tenant_id)s AND transfer.id = row.transfer_id
         WHERE row.tenant_id = %(tenant_id)s AND row.subject <> '' AND row.subject = ANY (%(subjects)s::text[])
           AND row.outcome IN ('created', 'same') AND row.before ->> 'fact' = ANY (%(facts)s::text[])
           AND 'import:' || transfer.public_id <> %(source)s
         ORDER BY 1, row.transfer_id, row.number
    )
    UPDATE leads_importedrow AS row SET outcome = 'created'
      FROM heir
     WHERE row.tenant_id = %(tenant_id)s AND row.transfer_id = heir.transfer_id AND row.number = heir.number
    RETURNING heir.fact
"""


def _key(cells: Mapping[str, str]) -> str:
    """What names the person: an address first, then our number, then another system's."""
    address = find_address(cells["email"]) if cells.get("email") else None
    if address:
        return f"email:{address.key}"
    return next((f"{name}:{cells[name].strip()}" for name in ("lead", "external_id") if cells.get(name)), "")


def _people(rows: Sequence[Row]) -> dict[str, tuple[int, str]]:
    """{key: (primary key, public id)} of those the rows name."""
    named: dict[str, list[str]] = {"email": [], "lead": [], "external_id": []}
    for row in rows:
        kind, _, value = _key(row.cells).partition(":")
        named.get(kind, []).append(value)
    people = Lead.objects.order_by("pk")
    found = [
        (f"email:{key}", stands or pk, stands_id or public_id)  # who stands aside is answered for
        for key, pk, public_id, stands, stands_id in people.filter(email_key__in=named["email"]).values_list(
            "email_key", "pk", "public_id", "merged_into_id", "merged_into__public_id"
        )
    ]
    found += [
        (f"lead:{public_id}", pk, public_id)
        for pk, public_id in people.filter(public_id__in=named["lead"]).values_list("pk", "public_id")
    ]
    found += [
        (f"external_id:{value}", pk, public_id)
        for value, pk, public_id in LeadIdentifier.objects.filter(kind="external_id", value__in=named["external_id"])
        .order_by("pk")
        .values_list("value", "lead_id", "lead__public_id")
    ]
    return {key: (pk, public_id) for key, pk, public_id in found}


def _fact(cells: Mapping[str, str], people: Mapping[str, tuple[int, str]], order: Order) -> NewFact | dict[str, str]:
    """The row as a fact, or {field: code} of what is wrong with it."""
    lead = people.get(_key(cells))
    event = ENCOUNTERS.get(CALLED.get(plain(cells.get("kind", "")), ""))
    at = read_moment(cells.get("at", ""), zone=order.zone)
    errors = {"email": "" if lead else "unknown_lead", "kind": "" if event else "unknown_kind", "at": _late(at, order)}
    wrong = {name: code for name, code in errors.items() if code}
    if wrong or lead is None or event is None or at is None:
        return wrong
    props = {name: clean_text(cells[name])[:TEXT_LIMIT] for name in PROPERTIES if cells.get(name)}
    said = orjson.dumps([current_tenant_id(), lead[1], int(event), at.isoformat(), props], option=orjson.OPT_SORT_KEYS)
    return NewFact(event, at, lead=lead[0], props=props, id=uuid.uuid5(NAMESPACE, said.hex()), received=order.now)


def _late(at: datetime | None, order: Order) -> str:
    if at is None:
        return "not_a_date"
    if at > order.now:
        return "in_the_future"
    return "too_old" if at < order.now - OLDEST else ""


def _known(facts: Sequence[NewFact]) -> set[str]:
    if not facts:
        return set()
    ids = [str(fact.id) for fact in facts]
    first, last = min(fact.at for fact in facts), max(fact.at for fact in facts)
    return {str(one) for one in sql.run(KNOWN, ids=ids, first=first, last=last).values()}


KNOWN = """
    SELECT event.id FROM tracking_event AS event
     WHERE event.tenant_id = %(tenant_id)s AND event.id = ANY(%(ids)s::uuid[])
       AND event.occurred_at BETWEEN %(first)s AND %(last)s
"""


def never_same(cells: Mapping[str, str]) -> str:
    """Two encounters with one person are two encounters."""
    return ""


register(
    ImportKind(
        key="touchpoints",
        label=_("Touchpoints"),
        capability=Capability.IMPORT_LEADS,
        fields=fields,
        needs=(("email", "lead", "external_id"), ("kind",), ("at",)),
        same=never_same,
        write=write,
        linked=linked_people,
        undo=withdraw,
        order=30,
    )
)
