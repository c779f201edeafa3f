"""Which fields a workspace calls sensitive, and what that means for who is asking."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from conditions import WORDS, ConditionRefused, Node, Vocabulary, refs
from leads.models import SensitiveField
from ma_platform.tenancy.veil import withheld

# Fields of a person, as conditions name them, which a workspace may mark beside its own fields.
MARKABLE = (
    "lead.email",
    "lead.last_name",
    "lead.first_name",
    "lead.last_name_kana",
    "lead.first_name_kana",
    "lead.department",
    "lead.job_title",
    "lead.job_rank",
    "lead.phone",
    "lead.prefecture",
)
# A site may know its users by their addresses; of what else a browser says when it signs in, no condition can ask.
PARTS: Mapping[str, tuple[str, ...]] = {"lead.email": ("lead.email_domain", "properties.user_id")}


def marked_words() -> frozenset[str]:
    """Fields that are marked sensitive. One query."""
    return frozenset(SensitiveField.objects.values_list("word", flat=True))


def sensitive_words() -> frozenset[str]:
    """Those, and what else tells of them: the domain of an address, a user's id. One query."""
    marked = marked_words()
    return marked | {part for word in marked for part in PARTS.get(word, ())}


def is_withheld(name: str, subject: str = "lead") -> bool:
    """Whether who is asking may not see this field: is_withheld("phone"), is_withheld("attributes.budget")."""
    return f"{subject}.{name}" in withheld()


def withheld_of(names: Iterable[str], subject: str = "lead") -> frozenset[str]:
    """Those of the fields who is asking may not see."""
    hidden = withheld()
    return frozenset(name for name in names if f"{subject}.{name}" in hidden) if hidden else frozenset()


def check_condition(node: Node, *, vocabulary: Vocabulary = WORDS) -> None:
    """Refuse a condition that asks about a field who is asking may not see, or about what a fact says of one: what it
    finds would tell of it.

    Raises ConditionRefused, naming the field.
    """
    hidden = withheld()
    if not hidden:
        return
    asked = refs(node, vocabulary=vocabulary)
    for word in sorted((asked.fields | asked.event_fields) & hidden):
        field = vocabulary.find(word)
        raise ConditionRefused("withheld", path="", field=field.label if field else word)


def word_label(word: str) -> str:
    """A field as people call it: word_label("lead.phone") == "Phone"."""
    field = WORDS.find(word)
    return str(field.label) if field else word


def withheld_labels() -> list[str]:
    """What who is asking does not see, as people call it."""
    parts = {part for parts in PARTS.values() for part in parts}
    return [word_label(word) for word in sorted(withheld() - parts)]
