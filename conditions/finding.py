"""What a leaf looked at: its value as SQL text, and both the value and the wish in words."""

from __future__ import annotations

from conditions.kinds import Kind
from conditions.moments import split_rows
from conditions.operators import OPERATORS
from conditions.phrases import Phrase, say
from conditions.sentences import LIST, TRUTH, Speaker
from conditions.tree import Account, Did, Node, Test
from conditions.vocabulary import Field, Vocabulary
from conditions.writer import Writer

BETWEEN = "\x1f"  # members of a set, in one text
COLLEAGUES = "(SELECT count(*)::text FROM ({colleagues}) AS colleague WHERE colleague.company_id = lead.company_id)"
TIMES = Phrase("{n} times", "{n}回")
PEOPLE = Phrase("{n} people", "{n}人")
TOTAL = Phrase("{n} in total", "合計{n}")
WITHHELD = "\x1a"  # in place of a value that whoever asks may not see
UNSAID = Phrase("•••• (withheld)", "••••（非表示）")


def found_sql(leaf: Node, writer: Writer) -> str:
    """The value as text over the leaf's row; NULL for none, and for memberships."""
    match leaf:
        case Test():
            one = writer.vocabulary.find(leaf.field)
            return "NULL::text" if one is None else _value(one, writer)
        case Did():
            who = writer.vocabulary.audience
            return f"(SELECT ({writer.measure(leaf)})::text {writer.events(leaf)} AND {who.doer} = {who.key})"
        case Account():
            return COLLEAGUES.format(colleagues=writer.colleagues(leaf))
        case _:
            return "NULL::text"


def _value(one: Field, writer: Writer) -> str:
    value = writer.own(one, one.sql)
    if one.kind is Kind.MOMENT:
        value = f"to_char(({value}) AT TIME ZONE {writer.bind(writer.tz.key)}, 'YYYY-MM-DD HH24:MI')"
    elif one.kind is Kind.ANY:
        value = f"(({value}) #>> '{{}}')"
    between = writer.bind(BETWEEN)
    if one.through is None:
        return f"array_to_string({value}, {between})" if one.kind is Kind.SET else f"({value})::text"
    key, rows = split_rows(one.through)
    gathered = f"string_agg(DISTINCT ({value})::text, {between})"
    return f"(SELECT {gathered} {writer.own(one, rows)} AND {key} = {one.through.key})"


def found_value(leaf: Node, found: str | None, *, locale: str, vocabulary: Vocabulary) -> str | None:
    """The value as people read it: the label of a choice, はい, 3回. None for none."""
    if found in (None, "") or not isinstance(leaf, Test | Did | Account):
        return None
    if found == WITHHELD:
        return UNSAID.say(locale)
    text = str(found)
    if isinstance(leaf, Account):
        return PEOPLE.say(locale, n=text)
    if isinstance(leaf, Did):
        counted = leaf.sum is None or vocabulary.events.totals.find(leaf.sum) is not None
        return (TIMES if counted else TOTAL).say(locale, n=text)
    return _of_field(vocabulary.find(leaf.field), text, locale=locale)


def _of_field(one: Field | None, text: str, *, locale: str) -> str:
    if one is not None and one.kind is Kind.BOOLEAN:
        return TRUTH[text == "true"].say(locale)
    members = text.split(BETWEEN) if one is None or one.kind is Kind.SET else [text]
    if one is not None and one.choices:
        labels = {str(choice.value): choice.label for choice in one.options()}
        members = [say(labels.get(member, member), locale=locale) for member in members]
    return LIST.say(locale).join(members)


def wanted_value(leaf: Node, *, locale: str, vocabulary: Vocabulary) -> str | None:
    """What the leaf asks for, without its field: 「課長以上」, "at least 3 times"."""
    speaker = Speaker(locale, vocabulary)
    if isinstance(leaf, Did):
        return speaker.times(leaf).strip()
    if not isinstance(leaf, Test):
        return None
    said = speaker.say(OPERATORS[leaf.op].sentence, field="", value=speaker.value(leaf, vocabulary.find(leaf.field)))
    return said.strip().lstrip("がに")
