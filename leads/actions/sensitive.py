"""Fields called sensitive, or no longer: who lacks `leads:sensitive` does not see them from the next request on."""

from __future__ import annotations

from datetime import datetime

from leads.actions.upsert import Actor
from leads.models import Attribute, SensitiveField
from leads.queries.sensitive import MARKABLE
from ma_platform import audit
from ma_platform.errors import NotFound

OWN = {f"{subject}.attributes.": subject for subject in Attribute.Subject.values}


def mark_field(word: str, *, by: Actor, now: datetime) -> None:
    """Call a field sensitive, as conditions name it: `lead.phone`. Harmless when it is. Raises NotFound."""
    if not _is_field(word):
        raise NotFound(kind="field")
    _kept, made = SensitiveField.objects.get_or_create(word=word, defaults={"marked_at": now})
    if made:
        audit.record(by, "field.marked", f"field:{word}", at=now)


def unmark_field(word: str, *, by: Actor, now: datetime) -> None:
    """Let everybody see a field again. Harmless when they do."""
    gone, _ = SensitiveField.objects.filter(word=word).delete()
    if gone:
        audit.record(by, "field.unmarked", f"field:{word}", at=now)


def _is_field(word: str) -> bool:
    if word in MARKABLE:
        return True
    subject = next((subject for prefix, subject in OWN.items() if word.startswith(prefix)), "")
    return Attribute.objects.filter(subject=subject, key=word.rpartition(".")[2]).exists() if subject else False
