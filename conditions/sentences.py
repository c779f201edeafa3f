"""A tree as one sentence, in Japanese or English: 「過去14日間に /pricing を3回以上閲覧」."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import cast

from conditions.kinds import CHOICES, Kind
from conditions.operators import OPERATORS, Shape
from conditions.phrases import Label, Phrase, say
from conditions.times import PERIODS, Duration, Period
from conditions.tree import Account, All, Any, Count, Did, Member, Node, Not, Order, Scalar, Test
from conditions.vocabulary import WORDS, Choice, EventWord, Field, Fields, Vocabulary
from conditions.writer import only_zero

AND, OR = Phrase(" and ", "、かつ"), Phrase(" or ", "、または")
GROUP, NEGATED = Phrase("({it})", "（{it}）"), Phrase("not ({it})", "（{it}）ではない")
QUOTED = Phrase("“{it}”", "「{it}」")
LIST, RANGE = Phrase(", ", "、"), Phrase("{low} and {high}", "{low}〜{high}")
MOMENT, DAY = Phrase("%Y-%m-%d %H:%M", "%Y年%m月%d日 %H:%M"), Phrase("%Y-%m-%d", "%Y年%m月%d日")
TRUTH = {True: Phrase("yes", "はい"), False: Phrase("no", "いいえ")}
UNITS = {
    "days": Phrase("{n} days", "{n}日"),
    "hours": Phrase("{n} hours", "{n}時間"),
    "minutes": Phrase("{n} minutes", "{n}分"),
}
SPANS = {"days": Phrase("{n} days", "{n}日間"), "hours": UNITS["hours"], "minutes": Phrase("{n} minutes", "{n}分間")}
UNKNOWN = Phrase(" (or not known)", "（未入力を含む）")
EXACT = Phrase(" (exactly as written)", "（表記も一致）")
TIMES = {
    "gte": Phrase("at least {n} times", "{n}回以上"),
    "gt": Phrase("more than {n} times", "{n}回超"),
    "lte": Phrase("at most {n} times", "{n}回以下"),
    "lt": Phrase("fewer than {n} times", "{n}回未満"),
    "eq": Phrase("exactly {n} times", "ちょうど{n}回"),
}
TOTALS = {
    "gte": Phrase("with {field} of at least {n} in total", "{field}の合計{n}以上"),
    "gt": Phrase("with {field} of more than {n} in total", "{field}の合計{n}超"),
    "lte": Phrase("with {field} of at most {n} in total", "{field}の合計{n}以下"),
    "lt": Phrase("with {field} of less than {n} in total", "{field}の合計{n}未満"),
    "eq": Phrase("with {field} of exactly {n} in total", "{field}の合計がちょうど{n}"),
}
COUNTED = {
    "gte": Phrase("in at least {n} {field}", "{n}回以上の{field}で"),
    "gt": Phrase("in more than {n} {field}", "{n}回超の{field}で"),
    "lte": Phrase("in at most {n} {field}", "{n}回以下の{field}で"),
    "lt": Phrase("in fewer than {n} {field}", "{n}回未満の{field}で"),
    "eq": Phrase("in exactly {n} {field}", "ちょうど{n}回の{field}で"),
}
WITHIN = Phrase(" in the last {span}", "過去{span}に")
ORDERS = {"after": Phrase(" after ({it})", "（{it}）の後に"), "before": Phrase(" before ({it})", "（{it}）の前に")}
NEAR = {
    "after": Phrase(" within {span} after ({it})", "（{it}）の後{span}以内に"),
    "before": Phrase(" within {span} before ({it})", "（{it}）の前{span}以内に"),
    "around": Phrase(" within {span} of ({it})", "（{it}）の前後{span}以内に"),
}
ACCOUNT = Phrase("somebody of the company: ({it})", "会社のだれかが（{it}）に当てはまる")
WHERE = Phrase(" ({it})", "（{it}）")
# {when} window, {order} another event, {what} its object, {times} how often
VERB_DONE = Phrase("{verb}{what}{times}{when}{order}", "{when}{order}{what}{times}{verb}")
VERB_NOT = Phrase("has not {verb}{what}{when}{order}", "{when}{order}{what}一度も{verb}していない")
NOUN_DONE = Phrase("“{label}”{what}{times}{when}{order}", "{when}{order}「{label}」{what}が{times}")
NOUN_NOT = Phrase("no “{label}”{what}{when}{order}", "{when}{order}「{label}」{what}が一度もない")
OBJECT, FILTERED = Phrase(" {it}", "{it}を"), Phrase(" {thing} ({it})", "{thing}（{it}）を")
SOMETHING = Phrase("something", "")
ONCE = Phrase("at least once", "1回以上")
SEGMENT = Phrase("in the segment “{id}”", "セグメント「{id}」に含まれる")
STATES = {
    "in": Phrase("in the flow “{id}”", "シナリオ「{id}」を実行中"),
    "never": Phrase("never in the flow “{id}”", "シナリオ「{id}」に入ったことがない"),
    "ended": Phrase("has ended the flow “{id}”", "シナリオ「{id}」が終了済み"),
    "ended_for": Phrase("has ended the flow “{id}” because “{reason}”", "シナリオ「{id}」が「{reason}」で終了済み"),
    "waiting_at": Phrase("waiting at “{step}” of the flow “{id}”", "シナリオ「{id}」の「{step}」で待機中"),
}


def describe(node: Node, *, locale: str, vocabulary: Vocabulary = WORDS) -> str:
    """One line for people; names as the vocabulary labels them, keys where a word is gone. No closing stop."""
    return Speaker(locale, vocabulary).node(node, vocabulary)


def describe_where(where: Node, *, locale: str, vocabulary: Vocabulary = WORDS) -> str:
    """The same for a condition over one event."""
    return Speaker(locale, vocabulary).node(where, vocabulary.events.fields)


@dataclass(frozen=True)
class Speaker:
    locale: str
    vocabulary: Vocabulary
    labels: dict[tuple[str, str], dict[str, Label]] = field(default_factory=dict)  # of choices, which may be a query
    names: dict[tuple[str, str], Label | None] = field(default_factory=dict)  # of values that are keys, likewise

    def say(self, phrase: Phrase, **facts: object) -> str:
        return phrase.say(self.locale, **facts)

    def node(self, node: Node, fields: Fields) -> str:
        match node:
            case All(nodes):
                return self.say(AND).join(self.inner(each, fields) for each in nodes)
            case Any(nodes):
                return self.say(OR).join(self.inner(each, fields) for each in nodes)
            case Not(inner):
                return self.say(NEGATED, it=self.node(inner, fields))
            case Test():
                return self.test(node, fields)
            case Did():
                return self.did(node)
            case Member():
                return self.member(node)
            case Account(inner):
                return self.say(ACCOUNT, it=self.node(inner, self.vocabulary.people))

    def inner(self, node: Node, fields: Fields) -> str:
        said = self.node(node, fields)
        several = isinstance(node, All | Any) and len(node.nodes) > 1
        return self.say(GROUP, it=said) if several else said

    # Tests

    def test(self, test: Test, fields: Fields) -> str:
        row, one = OPERATORS[test.op], fields.find(test.field)
        label = say(one.label, locale=self.locale) if one else test.field
        said = self.say(row.sentence, field=label, value=self.value(test, one))
        return said + (self.say(UNKNOWN) if test.unknown else "") + (self.say(EXACT) if test.exact else "")

    def value(self, test: Test, one: Field | None) -> str:
        if not isinstance(test.value, tuple):
            return self.scalar(test.value, one)
        said = [self.scalar(each, one) for each in test.value]
        if OPERATORS[test.op].shape is Shape.PAIR:
            return self.say(RANGE, low=said[0], high=said[1])
        return self.say(LIST).join(said)

    def scalar(self, value: Scalar | None, one: Field | None) -> str:
        match value:
            case None:
                return ""
            case bool():
                return self.say(TRUTH[value])
            case Period(name):
                return PERIODS[name].label.say(self.locale)
            case Duration(amount, unit):
                return self.say(UNITS[unit], n=amount)
            case datetime():
                return value.strftime(self.say(MOMENT)) + value.strftime(" %z")
            case date():
                return value.strftime(self.say(DAY))
            case str():
                return self.text(value, one)
            case _:
                return f"{value:g}" if isinstance(value, float) else str(value)

    def text(self, value: str, one: Field | None) -> str:
        if one and (one.kind in CHOICES or one.choices):
            if (one.key, one.sql) not in self.labels:
                self.labels[one.key, one.sql] = {choice.key: choice.label for choice in one.options()}
            label = self.labels[one.key, one.sql].get(value)
            if label is not None or one.kind in CHOICES:
                return say(label or value, locale=self.locale)
        name = self.name(value, one)
        return self.say(QUOTED, it=value if name is None else say(name, locale=self.locale))

    def name(self, value: str, one: Field | None) -> Label | None:
        """What a key stands for, looked up once."""
        if one is None or one.named is None:
            return None
        if (one.key, value) not in self.names:
            self.names[one.key, value] = one.named(value)
        return self.names[one.key, value]

    # Events

    def did(self, did: Did) -> str:
        word = self.vocabulary.events.find(did.event)
        never = only_zero(did.count) and did.sum is None
        facts = {
            "when": self.say(WITHIN, span=self.say(SPANS[did.within.unit], n=did.within.amount)) if did.within else "",
            "order": self.order(did.order),
            "times": "" if never else self.times(did),
        }
        if word is None or word.verb is None:
            return self._with_noun(did, word, never=never, facts=facts)
        phrase = VERB_NOT if never else VERB_DONE
        return self.say(phrase, verb=self.say(word.verb), what=self.object(did.where, word.thing), **facts).strip()

    def _with_noun(self, did: Did, word: EventWord | None, *, never: bool, facts: dict[str, str]) -> str:
        label = say(word.label, locale=self.locale) if word else did.event
        what = self.say(WHERE, it=self.node(did.where, self.vocabulary.events.fields)) if did.where else ""
        return self.say(NOUN_NOT if never else NOUN_DONE, label=label, what=what, **facts)

    def object(self, where: Node | None, thing: Phrase | None) -> str:
        """A single `is` names the thing itself: 「/pricing を」."""
        if where is None:
            return self.say(OBJECT, it=self.say(thing)) if thing else ""
        while isinstance(where, All | Any) and len(where.nodes) == 1:
            where = where.nodes[0]
        if isinstance(where, Test) and where.op == "eq" and isinstance(where.value, str) and not self.listed(where):
            return self.say(OBJECT, it=self.named(where))
        it = self.node(where, self.vocabulary.events.fields)
        return self.say(FILTERED, thing=self.say(thing or SOMETHING), it=it)

    def listed(self, where: Test) -> bool:
        """Whether the value is one of a few, such as a device: that is no name of a thing."""
        one = self.vocabulary.events.fields.find(where.field)
        return one is not None and one.kind not in CHOICES and bool(one.choices)

    def named(self, where: Test) -> str:
        one = self.vocabulary.events.fields.find(where.field)
        value = cast("str", where.value)
        if one and (one.kind is Kind.CHOICE or self.name(value, one) is not None):
            return self.text(value, one)
        return f" {value} " if value.isascii() and self.locale.startswith("ja") else value

    def times(self, did: Did) -> str:
        if did.sum is None and did.count == Count():
            return self._spaced(self.say(ONCE))
        facts: dict[str, object] = {"n": self.scalar(did.count.value, None)}
        phrase = TIMES[did.count.op]
        if did.sum is not None:
            one = self.vocabulary.events.summed(did.sum)
            facts["field"] = say(one.label, locale=self.locale) if one else did.sum
            phrase = (COUNTED if one and one.total else TOTALS)[did.count.op]
        return self._spaced(self.say(phrase, **facts))

    def _spaced(self, said: str) -> str:
        return said if self.locale.startswith("ja") else f" {said}"

    def order(self, order: Order | None) -> str:
        if order is None:
            return ""
        it = self.did(order.did)
        if order.distance is None:
            return self.say(ORDERS[order.relation], it=it)
        span = self.say(UNITS[order.distance.unit], n=order.distance.amount)
        return self.say(NEAR[order.relation], it=it, span=span)

    def member(self, member: Member) -> str:
        state = "ended_for" if member.reason else member.state or "in"
        phrase = SEGMENT if member.of == "segment" else STATES[state]
        listed = {choice.key: choice for choice in self.vocabulary.members_listed(member.of)}
        named = listed.get(member.id, Choice(member.id, member.id))
        steps = {choice.key: say(choice.label, locale=self.locale) for choice in named.parts}
        step = steps.get(member.step or "", member.step or "")
        reasons = {choice.key: say(choice.label, locale=self.locale) for choice in named.reasons}
        reason = reasons.get(member.reason or "", member.reason or "")
        return self.say(phrase, id=say(named.label, locale=self.locale), step=step, reason=reason)
