"""A planned batch written down: leads, identifiers, field history, tags, consents and events, each as one statement."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import orjson

from leads.actions.batch import Batch
from leads.actions.company_past import remember_made
from leads.actions.left_behind import look_at_left
from leads.actions.provenance import Provenance
from leads.attributes import keyed
from leads.merging import BLANK, Standing
from leads.titles import rank_key
from ma_platform.db import sql

__all__ = ["Provenance", "store"]


def store(batch: Batch, origin: Provenance) -> None:
    """Write every new or changed lead of the batch; fills in the ids of new ones. At most five statements."""
    new = [standing for standing in batch.standings.values() if standing.id is None]
    known = [one for one in batch.standings.values() if one.id is not None and (one.changed or one.touched)]
    _insert(new, origin.at)
    _update(known, origin.at)
    _identify(batch.new_identifiers, origin)
    _remember(batch, [*new, *known], origin)
    remember_made([firm.id for firm in batch.companies.values() if firm.created], origin)


def _line(standing: Standing) -> dict[str, object]:
    values: dict[str, object] = {name: standing.values[name] for name in BLANK}
    values["attributes"] = keyed(standing.values) if len(standing.values) > len(BLANK) else {}
    sources = {"source_first": standing.source_first, "source_last": standing.source_last}
    own = {"id": standing.id, "public_id": standing.public_id, "changed": bool(standing.changed)}
    return {**own, **values, **standing.keys(), **sources}


def _insert(standings: Sequence[Standing], now: datetime) -> None:
    if not standings:
        return
    ordered = sorted(standings, key=lambda standing: str(standing.values["email_key"]))
    found = dict(sql.run(INSERT_LEADS, now=now, rows=_json(map(_line, ordered))).rows)
    for standing in standings:
        standing.id = found[standing.public_id]
        standing.changed = dict.fromkeys(name for name, _ in standing.history)


INSERT_LEADS = """
    INSERT INTO leads_lead (tenant_id, public_id, email, email_key, email_domain, email_kind, last_name, first_name,
           last_name_kana, first_name_kana, name_key, kana_key, company_id, department, job_title, job_rank, phone,
           phone_key, prefecture, owner_id, source_first, source_last, attributes, created_at, updated_at)
    SELECT %(tenant_id)s, new.public_id, new.email, new.email_key, new.email_domain, new.email_kind, new.last_name,
           new.first_name, new.last_name_kana, new.first_name_kana, new.name_key, new.kana_key, new.company_id,
           new.department, new.job_title, new.job_rank, new.phone, new.phone_key, new.prefecture, new.owner_id,
           nullif(new.source_first, 'null'), nullif(new.source_last, 'null'), new.attributes, %(now)s, %(now)s
      FROM jsonb_to_recordset(%(rows)s::jsonb) AS new(public_id text, email text, email_key text, email_domain text,
               email_kind text, last_name text, first_name text, last_name_kana text, first_name_kana text,
               name_key text, kana_key text, company_id bigint, department text, job_title text, job_rank smallint,
               phone text, phone_key text, prefecture text, owner_id bigint, source_first jsonb, source_last jsonb,
               attributes jsonb)
    RETURNING public_id, id
"""


def _update(standings: Sequence[Standing], now: datetime) -> None:
    if standings:
        ordered = sorted(standings, key=lambda standing: standing.id or 0)
        left = sql.run(UPDATE_LEADS, now=now, rows=_json(map(_line, ordered))).values()
        look_at_left({company for company in left if company is not None})


UPDATE_LEADS = """
    UPDATE leads_lead AS lead
       SET email = new.email, email_key = new.email_key, email_domain = new.email_domain, email_kind = new.email_kind,
           last_name = new.last_name, first_name = new.first_name, last_name_kana = new.last_name_kana,
           first_name_kana = new.first_name_kana, name_key = new.name_key, kana_key = new.kana_key,
           company_id = new.company_id, department = new.department, job_title = new.job_title,
           job_rank = new.job_rank, phone = new.phone, phone_key = new.phone_key, prefecture = new.prefecture,
           owner_id = new.owner_id, source_first = nullif(new.source_first, 'null'),
           source_last = nullif(new.source_last, 'null'), attributes = new.attributes,
           updated_at = CASE WHEN new.changed THEN %(now)s ELSE lead.updated_at END
      FROM jsonb_to_recordset(%(rows)s::jsonb) AS new(id bigint, changed boolean, email text, email_key text,
               email_domain text, email_kind text, last_name text, first_name text, last_name_kana text,
               first_name_kana text, name_key text, kana_key text, company_id bigint, department text, job_title text,
               job_rank smallint, phone text, phone_key text, prefecture text, owner_id bigint, source_first jsonb,
               source_last jsonb, attributes jsonb)
     WHERE lead.tenant_id = (SELECT %(tenant_id)s::bigint) AND lead.id = new.id
    RETURNING WITH (OLD AS before, NEW AS after)
              CASE WHEN before.company_id IS DISTINCT FROM after.company_id THEN before.company_id END
"""


def _identify(new: dict[tuple[str, str], Standing], origin: Provenance) -> None:
    rows = [{"lead_id": standing.id, "kind": kind, "value": value} for (kind, value), standing in new.items()]
    if rows:
        sql.run(INSERT_IDENTIFIERS, rows=_json(rows), source=origin.source, now=origin.at)


INSERT_IDENTIFIERS = """
    INSERT INTO leads_leadidentifier (tenant_id, lead_id, kind, value, source, added_at)
    SELECT %(tenant_id)s, new.lead_id, new.kind, new.value, %(source)s, %(now)s
      FROM jsonb_to_recordset(%(rows)s::jsonb) AS new(lead_id bigint, kind text, value text)
"""


def _remember(batch: Batch, moved: Sequence[Standing], origin: Provenance) -> None:
    rows = [line for standing in moved for line in _past(batch, standing)]
    if rows:
        sql.run(INSERT_HISTORY, rows=_json(rows), source=origin.source, now=origin.at, user_id=origin.user_id)


KEPT_BY_NUMBER = ("company", "owner", "job_rank")


def _past(batch: Batch, standing: Standing) -> list[dict[str, object]]:
    """One line a person: ten fields of a new one are not ten rows. A field given twice in a batch begins another."""
    lines: list[dict[str, str]] = []
    for name, value in standing.history:
        if not lines or name in lines[-1]:
            lines.append({})
        lines[-1][name] = _shown(batch, name, value) if name in KEPT_BY_NUMBER else value
    return [
        {"lead_id": standing.id, "field": "", "value": "", "stated": line}
        if len(line) > 1
        else {"lead_id": standing.id, "field": next(iter(line)), "value": next(iter(line.values()))}
        for line in lines
    ]


def _shown(batch: Batch, name: str, value: str) -> str:
    if name == "job_rank":
        return rank_key(int(value)) or "" if value else ""
    return batch.shown(name, value)


INSERT_HISTORY = """
    INSERT INTO leads_fieldhistory (tenant_id, lead_id, field, value, stated, source, at, by_id)
    SELECT %(tenant_id)s, new.lead_id, new.field, new.value, new.stated, %(source)s, %(now)s, %(user_id)s
      FROM jsonb_to_recordset(%(rows)s::jsonb) AS new(lead_id bigint, field text, value text, stated jsonb)
"""


def _json(rows: Iterable[object]) -> str:
    return orjson.dumps(list(rows)).decode()
