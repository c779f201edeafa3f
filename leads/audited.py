"""What the audit log calls the things of this room."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress

from django.utils.functional import Promise

from conditions import WORDS
from leads.actions import bulk
from leads.actions.exports import KINDS as EXPORT_KINDS
from leads.actions.imports import KINDS as IMPORT_KINDS
from leads.company_forms import KIND_LABELS
from leads.models import Attribute, Company, Exclusion, Import, ImportProfile, Lead, SavedView, Segment
from leads.queries.naming import named
from leads.queries.sensitive import word_label
from leads.templatetags.leads import FIELD_LABELS
from leads.vocabulary import CONSENT_LABELS, EXCLUSION_LABELS, RANK_LABELS
from ma_platform.audit.naming import Named, name_rows, name_values, names

name_rows("comp", Company, "name", page="leads:company")
name_rows("seg", Segment, "name", page="leads:segment")
name_rows("imp", Import, "file_name", page="leads:import")
name_rows("attr", Attribute, "label", page="leads:attribute")
name_rows("prf", ImportProfile, "name")
name_rows("view", SavedView, "name")
name_rows("exc", Exclusion, "text")
name_values("fields", FIELD_LABELS.get)
name_values("columns", FIELD_LABELS.get)
name_values("state", CONSENT_LABELS.get)
name_values("rank", RANK_LABELS.get)
name_values("reason", EXCLUSION_LABELS.get)


def kind_label(key: str) -> str | Promise | None:
    """Of a file coming in, of one going out, of a line of the exclusion list, or of a bulk operation."""
    if key in IMPORT_KINDS or key in EXPORT_KINDS:
        return (IMPORT_KINDS.get(key) or EXPORT_KINDS[key]).label
    if key in KIND_LABELS:
        return KIND_LABELS[key]
    with suppress(bulk.BulkRefused):
        return bulk.kind_of(key).label
    return None


name_values("kind", kind_label)


@names("field")
def fields(subjects: Collection[str]) -> Mapping[str, Named]:
    """Fields called sensitive, `field:lead.phone`."""
    words = {subject: subject.partition(":")[2] for subject in subjects}
    return {subject: Named(word_label(word), "") for subject, word in words.items() if WORDS.find(word)}


@names("lead")
def people(subjects: Collection[str]) -> Mapping[str, Named]:
    """Those who are still there, by name."""
    found = dict(Lead.objects.filter(public_id__in=subjects).values_list("pk", "public_id"))
    return {found[pk]: Named(person.name, person.href) for pk, person in named(found).items()}
