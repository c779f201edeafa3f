"""Questions about people and companies; answers are typed rows or plain dicts."""

from leads.queries.arrivals import Arrivals, arrivals
from leads.queries.attributes import acceptable_values, definitions
from leads.queries.companies import CompanyRow, Rollup, company_rollup, list_companies
from leads.queries.facts import ConsentNow, LeadFacts, lead_facts
from leads.queries.listing import (
    SORTS,
    BadCursor,
    LeadFilter,
    LeadRow,
    UnknownSort,
    count_leads,
    list_leads,
)
from leads.queries.permission import MailState, mailable
from leads.queries.reading import (
    find_company,
    find_lead,
    find_lead_by_email,
    lead_json,
    leads_by_ids,
    merge_fields,
    survivors,
)
from leads.topics import topic_choices, topic_name

__all__ = [
    "SORTS",
    "Arrivals",
    "BadCursor",
    "CompanyRow",
    "ConsentNow",
    "LeadFacts",
    "LeadFilter",
    "LeadRow",
    "MailState",
    "Rollup",
    "UnknownSort",
    "acceptable_values",
    "arrivals",
    "company_rollup",
    "count_leads",
    "definitions",
    "find_company",
    "find_lead",
    "find_lead_by_email",
    "lead_facts",
    "lead_json",
    "leads_by_ids",
    "list_companies",
    "list_leads",
    "mailable",
    "merge_fields",
    "survivors",
    "topic_choices",
    "topic_name",
]
