"""The dictionary of what events are about: one row per distinct page, form, mail, link …"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote, urlsplit

from ma_platform.db import sql
from tracking.facts import SubjectRef

URL_LIMIT, NAME_LIMIT = 2000, 500


def subject_ids(subjects: Sequence[SubjectRef]) -> dict[tuple[str, str], int]:
    """The number of each (kind, key), made where missing; a name or URL that changed is kept up to date."""
    distinct = {subject.identity: subject for subject in subjects}
    if not distinct:
        return {}
    ordered = [distinct[key] for key in sorted(distinct)]
    rows = sql.run(FIND_SUBJECTS, **_columns(ordered)).rows
    return {(kind, key): number for kind, key, number in rows}


def _columns(subjects: Sequence[SubjectRef]) -> dict[str, Any]:  # Any: parameters of FIND_SUBJECTS
    places = [urlsplit(subject.url or (subject.key if subject.kind == "page" else "")) for subject in subjects]
    return {
        "kind": [subject.kind for subject in subjects],
        "key": [subject.identity[1] for subject in subjects],
        "name": [subject.name[:NAME_LIMIT] for subject in subjects],
        "url": [subject.url[:URL_LIMIT] for subject in subjects],
        "host": [(place.hostname or "")[:255] for place in places],
        "path": [unquote(place.path).replace("\x00", "")[:URL_LIMIT] for place in places],
    }


FIND_SUBJECTS = """
    WITH named AS (
        SELECT * FROM unnest(%(kind)s::text[], %(key)s::text[], %(name)s::text[], %(url)s::text[],
                             %(host)s::text[], %(path)s::text[]) AS subject(kind, key, name, url, host, path)
    ), known AS (
        SELECT subject.kind, subject.key, subject.id
          FROM tracking_subject AS subject
          JOIN named USING (kind, key)
         WHERE subject.tenant_id = %(tenant_id)s
           AND (named.name = '' OR named.name = subject.name) AND (named.url = '' OR named.url = subject.url)
    ), made AS (
        INSERT INTO tracking_subject AS subject (tenant_id, kind, key, name, url, host, path)
        SELECT %(tenant_id)s, named.* FROM named
         WHERE NOT EXISTS (SELECT FROM known WHERE known.kind = named.kind AND known.key = named.key)
         ORDER BY kind, key
        ON CONFLICT (tenant_id, kind, key) DO UPDATE
           SET name = coalesce(nullif(excluded.name, ''), subject.name),
               url = coalesce(nullif(excluded.url, ''), subject.url)
        RETURNING kind, key, id
    )
    SELECT kind, key, id FROM known UNION ALL SELECT kind, key, id FROM made
"""
