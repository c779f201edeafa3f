"""How stated values join those already known: per field fill, overwrite, append or never. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from leads.attributes import PREFIX, Value, joined, kept_text
from leads.names import person_key

Policy = Literal["fill", "overwrite", "append", "never"]

# Columns that travel together with the field a person sees.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "email": ("email", "email_key", "email_domain", "email_kind"),
    "last_name": ("last_name",),
    "first_name": ("first_name",),
    "last_name_kana": ("last_name_kana",),
    "first_name_kana": ("first_name_kana",),
    "company": ("company_id",),
    "department": ("department",),
    "job_title": ("job_title",),
    "job_rank": ("job_rank",),
    "phone": ("phone", "phone_key"),
    "prefecture": ("prefecture",),
    "owner": ("owner_id",),
}
# Another spelling of one mailbox or number is no change.
SAME_BY: Mapping[str, str] = {"email": "email_key"}
TEXTS = tuple(column for columns in COLUMNS.values() for column in columns if not column.endswith("_id"))
_FIELDS = tuple((name, columns, SAME_BY.get(name, columns[0])) for name, columns in COLUMNS.items())
BLANK: Mapping[str, Value] = {
    **dict.fromkeys(TEXTS, ""),
    "email_key": None,
    "job_rank": None,
    "company_id": None,
    "owner_id": None,
}


class Values(dict[str, Value]):
    """Values by column, the workspace's own fields as "attributes.KEY"; one that is not there is unknown."""

    def __missing__(self, column: str) -> Value:
        if column.startswith(PREFIX):
            return None
        raise KeyError(column)


def columns_of(name: str) -> tuple[str, ...]:
    """The columns of a field, the one that tells whether it is known first; an attribute is its own column."""
    return COLUMNS.get(name, (name,))


def field_of(column: str) -> str:
    """The field a column belongs to: field_of("email_key") == "email"."""
    return _FIELD_OF.get(column, column)


_FIELD_OF = {column: name for name, columns in COLUMNS.items() for column in columns}


@dataclass(slots=True)
class Standing:
    """A lead while a batch is being planned. `id` is None for one that is still to be made."""

    public_id: str
    id: int | None = None
    values: dict[str, Value] = field(default_factory=lambda: Values(BLANK))
    source_first: Mapping[str, str] | None = None
    source_last: Mapping[str, str] | None = None
    history: list[tuple[str, str]] = field(default_factory=list)
    changed: dict[str, None] = field(default_factory=dict)
    touched: bool = False

    def keys(self) -> dict[str, str]:
        """The folded search columns that follow from the names."""
        text = {
            name: str(self.values[name] or "")
            for name in ("last_name", "first_name", "last_name_kana", "first_name_kana")
        }
        return {
            "name_key": person_key(text["last_name"], text["first_name"]),
            "kana_key": person_key(text["last_name_kana"], text["first_name_kana"]),
        }


@dataclass(frozen=True, slots=True)
class Rules:
    """What happens to a field that already has a value. `erase` lets a stated blank empty it (an edit by hand).

    blanks: fields a stated blank empties in any case. append: several choices join those known, others are filled.
    """

    default: Policy = "overwrite"
    fields: Mapping[str, Policy] = field(default_factory=dict)
    erase: bool = False
    blanks: frozenset[str] = frozenset()

    def of(self, name: str) -> Policy:
        return self.fields.get(name, self.default)


def merge(standing: Standing, values: Mapping[str, Value], rules: Rules) -> tuple[str, ...]:
    """Apply stated values in place; returns the fields whose value changed, in the order of COLUMNS, then attributes.

    A stated blank never erases unless the rules say so. A title brings its rank along.
    """
    known, changed = standing.values, []
    for name, columns, same in _FIELDS if values.keys() <= BLANK.keys() else (*_FIELDS, *_own(values)):
        if columns[0] not in values or values[same] == known[same]:  # most of what a file says is known, or blank
            continue
        if isinstance(values[same], list):
            values = _with_known(standing, name, values, rules)
        if _may(standing, name, columns[0], values, rules):
            _take(standing, name, columns, values)
            changed.append(name)
    return tuple(changed)


def _own(values: Mapping[str, Value]) -> list[tuple[str, tuple[str, ...], str]]:
    return [(name, (name,), name) for name in values if name.startswith(PREFIX)]


def _take(standing: Standing, name: str, columns: tuple[str, ...], values: Mapping[str, Value]) -> None:
    for column in columns:
        standing.values[column] = values[column]
    said = values[columns[0]]
    standing.history.append((name, said if isinstance(said, str) else kept_text(said)))
    standing.changed[name] = None


def touch_source(standing: Standing, source: Mapping[str, str] | None) -> None:
    """Where the person is said to have come from: the first stays, the last follows. Their own visits say it better."""
    if not source or standing.source_last == source:
        return
    standing.touched = True
    standing.source_first = standing.source_first or source
    standing.source_last = source


def _with_known(standing: Standing, name: str, values: Mapping[str, Value], rules: Rules) -> Mapping[str, Value]:
    """What was stated; several choices together with those known where the rule is to append."""
    old, new = standing.values[name], values[name]
    if isinstance(old, list) and isinstance(new, list) and rules.of(name) == "append":
        return {**values, name: joined(old, new)}
    return values


def _may(standing: Standing, name: str, head: str, values: Mapping[str, Value], rules: Rules) -> bool:
    if name == "job_rank" and "job_title" in values:
        # The rank belongs to its title: it follows one that was taken and ignores one that was not.
        return standing.values["job_title"] == values["job_title"]
    policy = rules.of(name)
    if policy == "never":
        return False
    said, known = values[head], standing.values[head]
    if said == "" or said is None:
        return rules.erase or name in rules.blanks
    if known == "" or known is None:
        return True
    if isinstance(said, list) and isinstance(known, list) and set(said) == set(known):
        return False  # the same choices in another order are no change
    return policy == "overwrite" or (policy == "append" and isinstance(known, list))
