"""People read whole: by id, for the API, for mail templates."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

import orjson
from django.db.models import QuerySet

from leads.attributes import Definition, template_value
from leads.models import Company, Lead
from leads.names import addressee
from leads.queries.addresses import find_holder, other_addresses
from leads.queries.attributes import definitions
from leads.queries.sensitive import is_withheld
from leads.titles import rank_key
from ma_platform.api.facets import LEAD_FACETS
from ma_platform.db import sql
from ma_platform.tenancy import veil
from ma_platform.tenancy.scope import current_tenant


def find_lead(public_id: str) -> Lead | None:
    """The lead with this public id, company and owner at hand; None for a missing or foreign one.

    Who stands aside is answered by who stands for them.
    """
    return standing_for(Lead.objects.filter(public_id=public_id))


def find_lead_by_email(email_key: str) -> Lead | None:
    """The lead who has this folded address, main or further."""
    return standing_for(Lead.objects.filter(pk=find_holder(email_key=email_key)))


def standing_for(people: QuerySet[Lead]) -> Lead | None:
    """The first of these people, or who stands for them since they were joined."""
    found = people.select_related("company", "owner", "merged_into__company", "merged_into__owner").first()
    return (found.merged_into or found) if found else None


def survivors(public_ids: Collection[str]) -> dict[str, int]:
    """Primary keys by public id, of those who stand today; ids of nobody are left out."""
    found = Lead.objects.filter(public_id__in=list(public_ids)).values_list("public_id", "pk", "merged_into_id")
    return {public_id: aside or pk for public_id, pk, aside in found}


def leads_by_ids(ids: Sequence[int]) -> dict[int, Lead]:
    """Leads by primary key; those that do not exist are left out."""
    found: dict[int, Lead] = Lead.objects.filter(pk__in=ids).select_related("company", "owner").in_bulk()
    return found


def find_company(public_id: str) -> Company | None:
    """The company with this public id, or the one it was joined into; None for a missing or foreign one."""
    found: Company | None = Company.objects.filter(public_id=public_id).select_related("merged_into", "parent").first()
    return found.merged_into if found and found.merged_into else found


def lead_json(ids: Sequence[int]) -> dict[int, dict[str, object]]:
    """The API's shape of each lead (contract §4): two statements, and one per facet of an upper room.

    Fields the key may not see are null, its own ones missing; `withheld` then names them.
    """
    with veil.reading():
        facets, others = LEAD_FACETS.load(ids), {} if is_withheld("email") else other_addresses(ids)
        rows = sql.run(WHOLE_LEADS, ids=list(ids)).dicts()
        return {row["id"]: _shape(row, facets[row["id"]], others.get(row["id"], [])) for row in rows}


def _shape(
    row: Mapping[str, Any],  # Any: a line of SQL
    facets: Mapping[str, object],
    others: Sequence[str],
) -> dict[str, object]:
    company = {"id": row["company_public_id"], "name": row["company_name"]} if row["company_public_id"] else None
    texts = {name: row[name] for name in TEXT_FIELDS}
    unsaid = sorted(word.removeprefix("lead.") for word in veil.withheld() if word.startswith("lead."))
    texts |= {name: None for name in unsaid if name in texts}
    return {
        "id": row["public_id"],
        **texts,
        "other_emails": others,
        "company": company,
        "job_rank": rank_key(row["job_rank"]),
        "attributes": orjson.loads(row["attributes"]),
        "tags": row["tags"],
        "external_ids": orjson.loads(row["external_ids"]),
        "owner": row["owner_email"],
        "stage": None,
        "score": None,
        "excluded": None,
        **facets,
        "consent": orjson.loads(row["consent"]),
        "source": {"first": _json(row["source_first"]), "last": _json(row["source_last"])},
        "last_seen_at": row["last_seen_at"],
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
        **({"withheld": unsaid} if unsaid else {}),
    }


def _json(text: str | None) -> object:  # Django hands jsonb of a raw cursor out as text
    return None if text is None else orjson.loads(text)


TEXT_FIELDS = (
    "email",
    "last_name",
    "first_name",
    "last_name_kana",
    "first_name_kana",
    "department",
    "job_title",
    "phone",
    "prefecture",
)

WHOLE_LEADS = """
    SELECT lead.id, lead.public_id, lead.email, lead.last_name, lead.first_name, lead.last_name_kana,
           lead.first_name_kana, lead.department, lead.job_title, lead.job_rank, lead.phone, lead.prefecture,
           coalesce(lead.touch_first, lead.source_first) AS source_first,
           coalesce(lead.touch_last, lead.source_last) AS source_last,
           lead.attributes, lead.last_seen_at, lead.created_at, lead.updated_at,
           company.public_id AS company_public_id, company.name AS company_name, owner.email AS owner_email,
           coalesce((SELECT array_agg(tag.name ORDER BY tag.name) FROM leads_leadtag AS worn
                       JOIN leads_tag AS tag ON tag.tenant_id = %(tenant_id)s AND tag.id = worn.tag_id
                      WHERE worn.tenant_id = %(tenant_id)s AND worn.lead_id = lead.id), '{}') AS tags,
           coalesce((SELECT jsonb_object_agg(identifier.kind, identifier.value)
                       FROM leads_leadidentifier AS identifier
                      WHERE identifier.tenant_id = %(tenant_id)s AND identifier.lead_id = lead.id), '{}')
                    AS external_ids,
           coalesce((SELECT jsonb_agg(jsonb_build_object('topic', latest.topic, 'state', latest.state, 'basis',
                                      latest.basis, 'at', latest.at) ORDER BY latest.topic)
                       FROM (SELECT DISTINCT ON (line.topic) line.topic, line.state, line.basis, line.at
                               FROM leads_consent AS line
                              WHERE line.tenant_id = %(tenant_id)s AND line.lead_id = lead.id
                              ORDER BY line.topic, line.at DESC, line.id DESC) AS latest), '[]') AS consent
      FROM leads_lead AS lead
      LEFT JOIN leads_company AS company ON company.tenant_id = %(tenant_id)s AND company.id = lead.company_id
      LEFT JOIN tenancy_user AS owner ON owner.id = lead.owner_id
     WHERE lead.tenant_id = %(tenant_id)s AND lead.id = ANY(%(ids)s::bigint[])
"""


def merge_fields(lead_ids: Sequence[int]) -> dict[int, dict[str, dict[str, object]]]:
    """Plain dicts for templates: {id: {"lead": {…}, "company": {…}, "owner": {…}}}; unknown text is "".

    `lead.addressee` is the line a letter begins with, and is never empty. `attributes` of either hold the workspace's
    own fields as people read them: names of choices, not their keys.
    """
    rows = sql.run(MERGE_FIELDS, ids=list(lead_ids)).dicts()
    own = Own(definitions("lead"), definitions("company")) if any(map(_has_own, rows)) else Own({}, {})
    return {row["id"]: _template_dicts(row, own) for row in rows}


class Own(NamedTuple):
    """The workspace's own fields by key."""

    lead: Mapping[str, Definition]
    company: Mapping[str, Definition]


def _has_own(row: Mapping[str, Any]) -> bool:  # Any: a line of SQL
    return row["own"] != "{}" or row["company_own"] not in (None, "{}")


def _readable(defined: Mapping[str, Definition], kept: str | None) -> dict[str, object]:
    values = orjson.loads(kept or "{}")
    return {key: template_value(defined[key], value) for key, value in values.items() if key in defined}


def _template_dicts(row: Mapping[str, Any], own: Own) -> dict[str, dict[str, object]]:  # Any: a line of SQL
    lead = {name: row[name] for name in TEXT_FIELDS}
    lead |= {"id": row["public_id"], "job_rank": rank_key(row["job_rank"]) or ""}
    lead["attributes"] = _readable(own.lead, row["own"])
    lead["addressee"] = addressee(
        row["last_name"],
        row["first_name"],
        company=row["company_name"] or "",
        role=row["email_kind"] == "role",
        locale=current_tenant().locale,
    )
    company = {name: row[f"company_{name}"] or "" for name in ("name", "domain", "industry", "prefecture")}
    company["attributes"] = _readable(own.company, row["company_own"])
    owner = {"name": row["owner_name"] or "", "email": row["owner_email"] or ""}
    return {"lead": lead, "company": company, "owner": owner}


MERGE_FIELDS = """
    SELECT lead.id, lead.public_id, lead.email, lead.last_name, lead.first_name, lead.last_name_kana,
           lead.first_name_kana, lead.department, lead.job_title, lead.job_rank, lead.phone, lead.prefecture,
           lead.email_kind, company.name AS company_name, company.domain AS company_domain,
           company.industry AS company_industry,
           company.prefecture AS company_prefecture, owner.name AS owner_name, owner.email AS owner_email,
           lead.attributes::text AS own, company.attributes::text AS company_own
      FROM leads_lead AS lead
      LEFT JOIN leads_company AS company ON company.tenant_id = %(tenant_id)s AND company.id = lead.company_id
      LEFT JOIN tenancy_user AS owner ON owner.id = lead.owner_id
     WHERE lead.tenant_id = %(tenant_id)s AND lead.id = ANY(%(ids)s::bigint[])
"""
