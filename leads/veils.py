"""What of people and companies is left out for those who may not see a sensitive field (`ma_platform/tenancy/veil.py`).

Text is left out as "", so that a person goes by what is left of them; what was found by it is found no more.
"""

from __future__ import annotations

from leads.queries.sensitive import sensitive_words
from ma_platform.tenancy.veil import told_by
from ma_platform.tenancy.veils import any_off, blank, off, veil, without

told_by(sensitive_words)

ADDRESS, NAME, KANA = (
    "lead.email",
    ("lead.last_name", "lead.first_name"),
    ("lead.last_name_kana", "lead.first_name_kana"),
)
PLAIN = ("last_name", "first_name", "last_name_kana", "first_name_kana", "department", "job_title", "prefecture")

veil(
    "leads_lead",
    {
        **{column: off(f"lead.{column}", column) for column in PLAIN},
        "email": off(ADDRESS, "email"),
        "email_key": off(ADDRESS, "email_key", "NULL"),
        "email_domain": off(ADDRESS, "email_domain"),
        "name_key": any_off(NAME, "name_key"),
        "kana_key": any_off(KANA, "kana_key"),
        "job_rank": off("lead.job_rank", "job_rank", "NULL"),
        "phone": off("lead.phone", "phone"),
        "phone_key": off("lead.phone", "phone_key"),
        "attributes": without("lead.attributes.", "attributes"),
    },
)
veil("leads_company", {"attributes": without("company.attributes.", "attributes")})
veil("leads_companyhistory", {"changes": without("company.", "changes")})
veil(
    "leads_fieldhistory",
    {
        "value": "CASE WHEN veiled.off('lead.' || row.field) THEN '' ELSE row.value END",
        "stated": without("lead.", "stated"),
    },
)
veil("leads_identityhint", lines=f"NOT veiled.off('{ADDRESS}')")
veil("leads_leadidentifier", lines=f"NOT (row.kind = 'email' AND veiled.off('{ADDRESS}'))")
veil("leads_merge", {"before": blank("before", "'{}'::jsonb")})
veil("leads_importedrow", {"before": blank("before"), "cells": blank("cells", "'[]'::jsonb")})
