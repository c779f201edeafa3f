"""An import of people taken back: made people go, changed values return, and what was changed since stays."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from leads.actions.batch import Batch, load_batch
from leads.actions.company_ends import drop_lonely, living
from leads.actions.erasing import erase_leads
from leads.actions.imports.kinds import Done, Kept, Order
from leads.actions.imports.onto_list import take_off_lists
from leads.actions.imports.worked_on import worked_on
from leads.actions.store import Provenance, store
from leads.attributes import kept_text
from leads.merging import Standing, columns_of, field_of
from leads.models import Lead
from ma_platform.db import sql
from tracking.actions import NewFact, record_many
from tracking.catalogue import Event


def withdraw(rows: Sequence[Done], order: Order) -> list[Kept]:
    """Take rows back in the order given (the last row of the file first); answers what had to stay."""
    made = {done.subject for done in rows if done.outcome == "created"}
    found = _people([done.subject for done in rows])
    batch = load_batch([], now=order.now, also=list(found.values()))  # locked: nobody works on them from here on
    busy = worked_on([pk for subject, pk in found.items() if subject in made], order)
    _forget_ended(rows)
    taken = _taken_since(rows, batch)
    kept: list[Kept] = []
    for done in rows:
        standing = batch.standings.get(done.subject)
        if standing is None:
            continue
        if done.outcome != "created":
            kept += _put_back(standing, done, taken)
        elif standing.id in busy:
            kept.append(Kept(done.number, done.subject))
    _store(batch, order, also=_take_off(rows, found, order))
    take_off_lists([done for done in rows if done.outcome != "created"], found, order)
    _erase([pk for subject, pk in found.items() if subject in made and pk not in busy], order)
    drop_lonely([done.before["company"] for done in rows if done.before.get("company")], edited=False)
    return kept


def _people(subjects: Sequence[str]) -> dict[str, int]:
    return dict(Lead.objects.filter(public_id__in=subjects).order_by("pk").values_list("public_id", "pk"))


def _forget_ended(rows: Sequence[Done]) -> None:
    """Nobody goes back to a company that was deleted since."""
    moved = [values for done in rows if (values := done.before.get("values", {}).get("company_id"))]
    there = living(old for old, _new in moved)
    for values in moved:
        values[0] = values[0] if values[0] in there else None


def _taken_since(rows: Sequence[Done], batch: Batch) -> set[str]:
    """Addresses that people of the file had before, and another row holds now: one may be a further one by now."""
    moved = [done.before.get("values", {}).get("email_key") for done in rows]
    before = [values[0] for values in moved if values and values[0]]
    held = dict(Lead.objects.filter(email_key__in=before).values_list("email_key", "pk")) if before else {}
    own = {str(standing.values["email_key"]): standing.id for standing in batch.standings.values()}
    return {key for key, pk in held.items() if own.get(key) != pk}


def _put_back(standing: Standing, done: Done, taken: Collection[str]) -> list[Kept]:
    """Each value that is still as the file left it becomes what it was, unless it is an address `taken` since."""
    moved: Mapping[str, Any] = done.before.get("values", {})  # Any: values of columns
    later = {field_of(name) for name, (_old, new) in moved.items() if standing.values[name] != new}
    if moved.get("email_key", [None])[0] in taken:
        later.add("email")
    for name, (old, _new) in moved.items():
        field = field_of(name)
        if field in later:
            continue
        standing.values[name] = old
        if name == columns_of(field)[0]:
            standing.changed[field] = None
            standing.history.append((field, kept_text(old)))
    return [Kept(done.number, done.subject, tuple(sorted(later)))] if later else []


def _store(batch: Batch, order: Order, *, also: Mapping[int, Sequence[str]]) -> None:
    """Write the values; each person something changed about is a fact, `also` (field names by lead) included."""
    store(batch, Provenance(f"undo:{order.source}", order.by.pk if order.by else None, order.now))
    fields = {standing.id or 0: list(standing.changed) for standing in batch.standings.values() if standing.changed}
    for lead_id, more in also.items():
        fields[lead_id] = [*fields.get(lead_id, ()), *more]
    record_many(
        [
            NewFact(
                Event.LEAD_UPDATED,
                lead=lead_id,
                at=order.now,
                props={"source": f"undo:{order.source}", "fields": changed},
            )
            for lead_id, changed in sorted(fields.items())
        ]
    )


def _take_off(rows: Sequence[Done], found: Mapping[str, int], order: Order) -> dict[int, list[str]]:
    """Tags, IDs and permissions the file added; returns who lost which, by lead."""
    known = [(done, found[done.subject]) for done in rows if done.subject in found and done.outcome != "created"]
    tags = [(pk, tag) for done, pk in known for tag in done.before.get("tags", ())]
    ids = [(pk, *pair) for done, pk in known for pair in done.before.get("ids", ())]
    bare = sql.run(DROP_TAGS, lead_ids=[pk for pk, _tag in tags], names=[tag for _pk, tag in tags]).values()
    unnamed = sql.run(
        DROP_IDENTIFIERS,
        lead_ids=[pk for pk, _kind, _value in ids],
        kinds=[kind for _pk, kind, _value in ids],
        values=[value for _pk, _kind, value in ids],
    ).rows
    agreed = [pk for done, pk in known if done.before.get("consents")]
    silent = sql.run(DROP_PERMISSIONS, lead_ids=agreed, source=order.source).values()
    gone = {(pk, "tags") for pk in bare} | {(pk, "consent") for pk in silent}
    lost: dict[int, list[str]] = {}
    for lead_id, field in sorted(gone | {(pk, f"external_ids.{kind}") for pk, kind in unnamed}):
        lost.setdefault(lead_id, []).append(field)
    return lost


DROP_TAGS = """
    DELETE FROM leads_leadtag AS worn
     USING unnest(%(lead_ids)s::bigint[], %(names)s::text[]) AS gone(lead_id, name), leads_tag AS tag
     WHERE worn.tenant_id = %(tenant_id)s AND tag.tenant_id = %(tenant_id)s AND tag.name = gone.name
       AND worn.lead_id = gone.lead_id AND worn.tag_id = tag.id
    RETURNING worn.lead_id
"""
DROP_IDENTIFIERS = """
    DELETE FROM leads_leadidentifier AS identifier
     USING unnest(%(lead_ids)s::bigint[], %(kinds)s::text[], %(values)s::text[]) AS gone(lead_id, kind, value)
     WHERE identifier.tenant_id = %(tenant_id)s AND identifier.lead_id = gone.lead_id
       AND identifier.kind = gone.kind AND identifier.value = gone.value
    RETURNING identifier.lead_id, identifier.kind
"""
DROP_PERMISSIONS = """
    DELETE FROM leads_consent AS line USING leads_lead AS holder
     WHERE line.tenant_id = %(tenant_id)s AND holder.tenant_id = %(tenant_id)s AND holder.id = line.lead_id
       AND (holder.id = ANY(%(lead_ids)s::bigint[]) OR holder.merged_into_id = ANY(%(lead_ids)s::bigint[]))
       AND line.evidence ->> 'source' = %(source)s
    RETURNING coalesce(holder.merged_into_id, holder.id)
"""


def _erase(lead_ids: Sequence[int], order: Order) -> None:
    if lead_ids:
        erase_leads(lead_ids, by=order.by, now=order.now)
