"""What of alerts is left out: what they knew of a person when they were written, before a field was marked.

Those written since say no sensitive field at all: they go to mail boxes and chats where nobody asks who reads.
"""

from __future__ import annotations

from ma_platform.tenancy.veils import OLDER, veil

PARTS = ("email", "phone", "department", "job_title")


def _unnamed(said: str) -> str:
    """Whether the name it gives is withheld, be it their address."""
    addressed = f"(veiled.off('lead.email') AND {said} ->> 'name' = {said} ->> 'email')"
    return f"(veiled.off('lead.last_name') OR veiled.off('lead.first_name') OR {addressed})"


def _of(said: str) -> str:
    """What is said of one person, without what is withheld."""
    unnamed = _unnamed(said)
    emptied = [(f"veiled.off('lead.{part}')", part) for part in PARTS] + [(unnamed, "name"), (unnamed, "headline")]
    cases = (
        f"CASE WHEN {test} AND {said} ? '{part}' THEN jsonb_build_object('{part}', '') ELSE '{{}}' END"
        for test, part in emptied
    )
    return " || ".join([said, *cases])


PEOPLE = """jsonb_build_object('people', (
    SELECT coalesce(jsonb_agg(<one>), '[]') FROM jsonb_array_elements(row.body -> 'people') AS person(said)))"""
BODY = """CASE WHEN jsonb_typeof(row.body -> 'people') = 'array' AND veiled.any_off() THEN <body> || <people>
    ELSE <body> END"""
SUBJECT = "CASE WHEN row.kind <> 'notice' AND <older> AND (<unnamed> OR <first>) THEN '' ELSE row.subject END"


def _filled(text: str, **parts: str) -> str:
    for name, part in parts.items():
        text = text.replace(f"<{name}>", part)
    return text


veil(
    "lifecycle_alert",
    {
        "body": _filled(BODY, body=_of("row.body"), people=_filled(PEOPLE, one=_of("person.said"))),
        "subject": _filled(
            SUBJECT,
            older=OLDER.format(at="row.handed_over_at"),
            unnamed=_unnamed("row.body"),
            first=_unnamed("(row.body #> '{people,0}')"),
        ),
    },
)
