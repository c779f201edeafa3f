"""The words of the condition language, registered by the apps in `<app>/vocabulary.py`. See docs/conditions.md.

    from conditions import WORDS, Choice, EventWord, EventWords, Field, Kind, Through

    COMPANY = Through(alias="company", key="lead.company_id",
                      rows="SELECT company.id FROM leads_company AS company WHERE company.tenant_id = %(tenant_id)s")
    WORDS.add(
        Field("lead.department", Kind.FOLDED, sql="lead.department", label=_("Department")),
        Field("company.employees", Kind.NUMBER, sql="company.employees", label=_("Employees"), through=COMPANY),
    )
    WORDS.add_family("source.first.", lambda key: Field(
        "source.first." + key, Kind.TEXT, sql="lead.touch_first ->> %(key)s", params={"key": key}, label=key))

SQL in a field sees the alias `lead` (event fields: `event`), may use `%(tenant_id)s`, `%(now)s` (the moment asked
about) and the names in `params`, and doubles any other percent sign. It yields the value or NULL; a blank text
counts as no value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from conditions.audience import LEADS, Audience
from conditions.kinds import CHOICES, Kind
from conditions.phrases import Label, Phrase
from conditions.tree import Member


@dataclass(frozen=True)
class Choice:
    """`stored` is what the field's SQL yields for this choice (text or whole number); the key itself unless given.

    parts: what a builder offers once this is chosen, such as the steps of a flow; reasons: why one ends there.
    """

    key: str
    label: Label
    stored: str | int | None = None
    parts: Sequence[Choice] = ()
    reasons: Sequence[Choice] = ()

    @property
    def value(self) -> str | int:
        return self.key if self.stored is None else self.stored


@dataclass(frozen=True)
class Through:
    """A field kept in another table: `rows` is an open SELECT of a never-NULL id, matched with `key`.

    The test is appended with AND, so rows are found once by the test and then joined, not looked up one by one. `rows`
    names its table `alias`, which the field's `sql` uses. At most one row per key, except for Kind.SET: one per member.
    """

    alias: str
    key: str
    rows: str


@dataclass(frozen=True)
class Field:
    """One thing that can be asked about. `choices` may be a function when they belong to the tenant.

    folded_sql: stored text already folded (Kind.SET: text[] of folded); without it `ma_fold(sql)` is computed.
    sum_sql: the number a did adds up for "sum", in the unit the author of a condition writes (visible_ms: seconds).
    total: of what only a set of events has, such as the visits they belong to: the aggregate "sum" compares.
    given: true where there is somebody to ask about; without, "has none of" says nothing. Words of visitors set it.
    hints: known values to pick from, by what has been typed; any other value is as good.
    named: what a value is called where it is a key nobody wants to read; None for one that is not known.
    archived: no longer offered, and said to be so where a condition still names it.
    ticks: where `sql` reads `%(now)s`: SQL of the next moment at which the value becomes another by time alone.
    """

    key: str
    kind: Kind
    sql: str
    label: Label
    choices: Sequence[Choice] | Callable[[], Sequence[Choice]] = ()
    folded_sql: str | None = None
    through: Through | None = None
    params: Mapping[str, object] = field(default_factory=dict)
    sum_sql: str | None = None
    total: str | None = None
    given: str | None = None
    hints: Callable[[str], Sequence[Choice]] | None = None
    ticks: str | None = None
    named: Callable[[str], Label | None] | None = None
    archived: bool = False

    def options(self) -> Sequence[Choice]:
        return self.choices() if callable(self.choices) else self.choices

    def stored(self) -> dict[str, str | int]:
        """What stands for each choice, by key, in order: one look at choices that may be a query."""
        return {choice.key: choice.value for choice in self.options()}


Family = Callable[[str], Field | None]
Keys = Callable[[], Sequence[str]]
Listed = Callable[[], Sequence[Choice]]


class Fields:
    """Fields by key and families by prefix. A fixed key wins over a family, a longer prefix over a shorter one."""

    def __init__(self, *fields: Field, families: Mapping[str, Family] | None = None) -> None:
        self._fixed: dict[str, Field] = {}
        self._families: dict[str, Family] = dict(families or {})
        self._offers: dict[str, Keys] = {}
        self.add(*fields)

    def add(self, *fields: Field) -> None:
        """Raises ValueError for a key already taken, or a choice field without choices."""
        for one in fields:
            if one.key in self._fixed:
                raise ValueError(f"condition field {one.key} is registered twice")
            if one.kind in CHOICES and not one.choices:
                raise ValueError(f"condition field {one.key} needs choices")
            self._fixed[one.key] = one

    def add_family(self, prefix: str, family: Family, *, offers: Keys | None = None) -> None:
        """`family(rest of the key)` gives the field, or None if there is no such thing. Called at parse and compile.

        offers: the rests a builder lists; without, people type the rest themselves.
        """
        if prefix in self._families:
            raise ValueError(f"condition family {prefix} is registered twice")
        self._families[prefix] = family
        if offers is not None:
            self._offers[prefix] = offers

    def find(self, key: str) -> Field | None:
        if key in self._fixed:
            return self._fixed[key]
        for prefix in sorted(self._families, key=len, reverse=True):
            if key.startswith(prefix) and len(key) > len(prefix):
                return self._families[prefix](key.removeprefix(prefix))
        return None

    def fixed(self) -> tuple[Field, ...]:
        """Fields with a name of their own, in the order they were registered: what a builder offers first."""
        return tuple(self._fixed.values())

    def ticking(self, key: str) -> bool:
        """Whether time alone makes the value another."""
        return key in self._fixed and "%(now)s" in self._fixed[key].sql

    def prefixes(self) -> tuple[str, ...]:
        return tuple(self._families)

    def offered(self) -> tuple[Field, ...]:
        """Every field a builder lists: those with a name of their own, then those the families offer now."""
        named = [(prefix, self._families[prefix], key) for prefix, keys in self._offers.items() for key in keys()]
        found = [family(key) for _, family, key in named]
        return (*self.fixed(), *(field for field in found if field is not None))

    def open_prefixes(self) -> tuple[str, ...]:
        """Families whose keys people type themselves."""
        return tuple(prefix for prefix in self._families if prefix not in self._offers)


@dataclass(frozen=True)
class EventWord:
    """An event name. `code` is tracking_event.name; `sql` narrows further (over `event`) if names share a code.

    `verb` makes shorter sentences: Phrase("viewed", "閲覧"); ja is a noun that takes する. `thing`: what it is done to,
    where nothing says which: Phrase("a page", "ページ").
    """

    key: str
    code: int
    label: Label
    verb: Phrase | None = None
    thing: Phrase | None = None
    sql: str | None = None
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class EventWords:
    """How `did` finds events in tracking_event AS event: the names, and the fields a `where` may ask about.

    find: name → EventWord, or None when there is no such event (for this tenant). listed: those a builder offers.
    fields: over alias `event`; those of the dictionary carry `through=SUBJECT` and speak of alias `subject`.
    totals: what "sum" may name though no single event has it; each has a `total`.
    known_since: over alias `lead`; "has not within 14 days" asks only about leads known for 14 days.
    """

    find: Callable[[str], EventWord | None]
    fields: Fields
    known_since: str = "lead.created_at"
    listed: Callable[[], Sequence[EventWord]] = tuple
    totals: Fields = field(default_factory=Fields)

    def summed(self, key: str) -> Field | None:
        """What a did's "sum" names."""
        return self.totals.find(key) or self.fields.find(key)


SUBJECT = Through(
    alias="subject",
    key="event.subject_id",
    rows="SELECT subject.id FROM tracking_subject AS subject WHERE subject.tenant_id = %(tenant_id)s",
)


@dataclass(frozen=True)
class Piece:
    """SQL with `%(name)s` places and their values: a member word's answer. Never NULL, over `lead`."""

    sql: str
    params: Mapping[str, object] = field(default_factory=dict)


MemberWord = Callable[[Member], Piece]


class Vocabulary(Fields):
    """Every word one can use about a lead (`audience`). Registration happens at import; afterwards it is only read."""

    audience: ClassVar[Audience] = LEADS

    def __init__(
        self, *fields: Field, families: Mapping[str, Family] | None = None, events: EventWords | None = None
    ) -> None:
        super().__init__(*fields, families=families)
        self._events = events or NO_EVENTS
        self._members: dict[str, MemberWord] = {}
        self._listed: dict[str, Listed] = {}

    @property
    def events(self) -> EventWords:
        return self._events

    @property
    def people(self) -> Vocabulary:
        """What may be asked about people, as about colleagues: these words, where they are about people."""
        return self

    def use_events(self, words: EventWords) -> None:
        """Called once, by tracking."""
        if self._events is not NO_EVENTS:
            raise ValueError("event words are registered twice")
        self._events = words

    def use_members(self, of: str, word: MemberWord, *, listed: Listed = tuple) -> None:
        """`of` is "segment" or "flow"; the word may raise ConditionRefused for an id that is not there.

        listed: those a builder offers, and the names sentences use.
        """
        if of in self._members:
            raise ValueError(f"member word {of} is registered twice")
        self._members[of] = word
        self._listed[of] = listed

    def member_word(self, of: str) -> MemberWord | None:
        return self._members.get(of)

    def members_listed(self, of: str) -> Sequence[Choice]:
        return self._listed[of]() if of in self._listed else ()


NO_EVENTS = EventWords(find=lambda key: None, fields=Fields())
WORDS = Vocabulary()
