"""The workspace's own fields as words of the condition language."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from conditions import Choice, Field, Kind, Through
from leads.attributes import Definition
from leads.queries.attributes import definitions

LEAD_SQL = {
    "text": "(lead.attributes ->> %(key)s)",
    "url": "(lead.attributes ->> %(key)s)",
    "choice": "(lead.attributes ->> %(key)s)",
    "number": """(CASE WHEN jsonb_typeof(lead.attributes -> %(key)s) = 'number'
                       THEN (lead.attributes ->> %(key)s)::float8 END)""",
    "date": """(CASE WHEN pg_input_is_valid(lead.attributes ->> %(key)s, 'date')
                     THEN (lead.attributes ->> %(key)s)::date END)""",
    "boolean": """(CASE WHEN jsonb_typeof(lead.attributes -> %(key)s) = 'boolean'
                        THEN (lead.attributes ->> %(key)s)::boolean END)""",
    "multi_choice": """(SELECT array_agg(chosen.word) FROM jsonb_array_elements_text(
                            CASE WHEN jsonb_typeof(lead.attributes -> %(key)s) = 'array'
                                 THEN lead.attributes -> %(key)s ELSE '[]' END) AS chosen(word))""",
}
COMPANY_SQL = {kind: text.replace("lead.attributes", "company.attributes") for kind, text in LEAD_SQL.items()}
KINDS = {
    "text": Kind.FOLDED,
    "url": Kind.FOLDED,
    "choice": Kind.CHOICE,
    "number": Kind.NUMBER,
    "date": Kind.DAY,
    "boolean": Kind.BOOLEAN,
    "multi_choice": Kind.SET,
}
MEMBERS = """SELECT chosen.company_id FROM (
                SELECT one.id AS company_id, member.word FROM leads_company AS one,
                       jsonb_array_elements_text(CASE WHEN jsonb_typeof(one.attributes -> %(key)s) = 'array'
                                                      THEN one.attributes -> %(key)s ELSE '[]' END) AS member(word)
                 WHERE one.tenant_id = %(tenant_id)s) AS chosen
             WHERE true"""


def attribute_family(subject: str, through: Through | None) -> Callable[[str], Field | None]:
    """`lead.attributes.KEY` or `company.attributes.KEY`: a field of the kind the marketer chose; None for a key nobody
    made. Archived ones are found, so that conditions that name them go on.
    """

    def family(key: str) -> Field | None:
        found = definitions(subject, keys=[key]).get(key)
        return _field(subject, found, through) if found else None

    return family


def attribute_keys(subject: str) -> Callable[[], Sequence[str]]:
    """The keys a builder offers: those in use, in their order."""
    return lambda: list(definitions(subject, archived=False))


def _field(subject: str, definition: Definition, through: Through | None) -> Field:
    choices = [Choice(key, label) for key, label in definition.choices]
    several = definition.kind == "multi_choice"
    texts = COMPANY_SQL if subject == "company" else LEAD_SQL
    members = Through(alias="chosen", key="lead.company_id", rows=MEMBERS) if several and through else None
    return Field(
        f"{subject}.attributes.{definition.key}",
        KINDS[definition.kind],
        sql="chosen.word" if members else texts[definition.kind],
        label=definition.label,
        choices=choices,
        through=members or through,
        params={"key": definition.key},
        hints=(lambda typed: choices) if several else None,
        archived=definition.archived,
    )
