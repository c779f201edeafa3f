"""The past of a company's facts: a line for what changed at once, written beside the change."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import orjson

from leads.actions.provenance import Provenance
from leads.attributes import PREFIX
from leads.models import Company
from ma_platform.db import sql

Values = Mapping[str, Any]  # Any: JSON, by column of the company
Moved = dict[str, list[Any]]  # Any: JSON; {field: [before, after]}


def differences(before: Values, after: Values) -> Moved:
    """What changed of the columns in `after`; own fields one by one, as "attributes.KEY". A blank is None."""
    old, new = _by_field({name: before[name] for name in after}), _by_field(after)
    names = dict.fromkeys((*old, *new))
    return {name: [old.get(name), new.get(name)] for name in names if old.get(name) != new.get(name)}


def _by_field(values: Values) -> dict[str, Any]:  # Any: JSON
    own = {f"{PREFIX}{key}": value for key, value in values.get("attributes", {}).items()}
    plain = {name: None if value == "" else value for name, value in values.items() if name != "attributes"}
    return {**plain, **own}


def remember(changes: Mapping[int, Moved], origin: Provenance) -> None:
    """One line a company, of those with a change, as one statement. A parent is remembered by its name."""
    lines = [{"company_id": pk, "changes": moved} for pk, moved in sorted(_named(changes).items()) if moved]
    if lines:
        sql.run(REMEMBER, lines=orjson.dumps(lines).decode(), **_parameters(origin))


def _parameters(origin: Provenance) -> dict[str, Any]:  # Any: parameters of a statement
    return {"source": origin.source, "user_id": origin.user_id, "now": origin.at}


def _named(changes: Mapping[int, Moved]) -> Mapping[int, Moved]:
    above = {pk for moved in changes.values() for pk in moved.get("parent_id", ())}
    if not above:
        return changes
    names = dict(Company.objects.filter(pk__in=above - {None}).values_list("pk", "name"))
    return {pk: dict(_with_parent(name, pair, names) for name, pair in moved.items()) for pk, moved in changes.items()}


def _with_parent(name: str, pair: list[Any], names: Mapping[int, str]) -> tuple[str, list[Any]]:  # Any: JSON
    return ("parent", [names.get(pk) for pk in pair]) if name == "parent_id" else (name, pair)


REMEMBER = """
    INSERT INTO leads_companyhistory (tenant_id, company_id, changes, source, at, by_id)
    SELECT %(tenant_id)s, line.company_id, line.changes, %(source)s, %(now)s, %(user_id)s
      FROM jsonb_to_recordset(%(lines)s::jsonb) AS line(company_id bigint, changes jsonb)
"""


def remember_made(company_ids: Collection[int], origin: Provenance) -> None:
    """What companies were made with just now: the first line of each, as one statement."""
    if company_ids:
        sql.run(REMEMBER_MADE, ids=sorted(set(company_ids)), **_parameters(origin))


REMEMBER_MADE = """
    INSERT INTO leads_companyhistory (tenant_id, company_id, changes, source, at, by_id)
    SELECT %(tenant_id)s, company.id, made.changes, %(source)s, %(now)s, %(user_id)s
      FROM leads_company AS company
     CROSS JOIN LATERAL (
           SELECT jsonb_object_agg(fact.name, jsonb_build_array(NULL, fact.value)) AS changes
             FROM (VALUES ('name', company.name), ('domain', company.domain),
                          ('corporate_number', company.corporate_number)) AS fact(name, value)
            WHERE fact.value <> '') AS made
     WHERE company.tenant_id = %(tenant_id)s AND company.id = ANY (%(ids)s::bigint[])
     ORDER BY company.id
"""
