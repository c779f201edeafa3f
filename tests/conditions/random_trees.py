"""Random conditions and random worlds, small pools on purpose so that things meet."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from tests.conditions.scratch import Company, Event, Lead, Subject, Visitor
from tests.conditions.words import RANKS

TOKYO = ZoneInfo("Asia/Tokyo")
NOW = datetime(2028, 2, 20, 16, 30, tzinfo=UTC)  # already the 21st in Tokyo, in a leap year

TEXTS = ["カイシャ", "ｶｲｼｬ", "かいしゃ", "ＡＢＣ", "abc", "Abc株式会社", "東京", "東", "a%_\\", " ", "３.5", "TRUE"]
PATTERNS = ["^[A-Z]", "abc|東", "カ.シャ", "^[^ -~]+$", "\\d"]
PATHS = ["/pricing", "/pricing/enterprise", "/"]
NUMBERS = [0, 1, 3, 3.5, -2, 100]
OFFSETS = [timedelta(days=each) for each in (-40, -14, -3, -1, 0, 1, 5)] + [
    timedelta(hours=each) for each in (-17, -2, 1)
]
DAYS = [date(2028, 2, 21) + timedelta(days=each) for each in (-14, -7, -1, 0, 1, 6, 7)] + [
    date(1996, 2, 29), date(2000, 2, 21), date(1999, 3, 1), date(2028, 2, 29),
]  # fmt: skip

text = st.sampled_from(TEXTS)
moment = st.sampled_from([NOW + offset for offset in OFFSETS])
maybe_text = st.none() | st.just("") | text
anything = st.none() | maybe_text | st.sampled_from(NUMBERS) | st.booleans()

company = st.builds(
    Company, id=st.just(0), industry=maybe_text, employees=st.none() | st.integers(0, 3)
) | st.none()  # fmt: skip
lead = st.builds(
    Lead,
    id=st.just(0),
    created_at=moment,
    company=company,
    name=maybe_text,
    department=maybe_text,
    email=st.sampled_from([None, "", "a@abc", "b@Abc.example", "nobody"]),
    job_rank=st.none() | st.integers(0, len(RANKS) - 1),
    stage=st.sampled_from([None, "inquiry", "nurturing", "mql"]),
    visits=st.none() | st.integers(0, 3),
    ratio=st.none() | st.sampled_from([0.0, 3.5, 1.0]),
    last_seen_at=st.none() | moment,
    contract_day=st.none() | st.sampled_from(DAYS),
    subscribed=st.none() | st.booleans(),
    tags=st.none() | st.lists(text | st.just(""), max_size=2).map(tuple),
    lists=st.lists(text, max_size=2).map(tuple),
    attributes=st.fixed_dictionaries({}, optional={"plan": anything}),
    merged_into_id=st.none() | st.none() | st.none() | st.just(1),
)
subject = st.builds(Subject, id=st.just(0), name=maybe_text, path=st.none() | st.sampled_from(PATHS)) | st.none()
event = st.builds(
    Event,
    lead_id=st.none() | st.integers(1, 4),
    occurred_at=moment,
    name=st.sampled_from([1, 1, 1, 4, 1000]),
    subject=subject,
    duration=st.none() | st.sampled_from([500, 1500, 60_000]),
    verdict=st.sampled_from([0, 0, 0, 1, 2]),
    props=st.fixed_dictionaries({}, optional={"amount": anything, "name": st.just("trial_started")}),
    visitor_id=st.none() | st.integers(1, 4),
    session=st.none() | st.integers(1, 3),
)
drawn_leads = st.tuples(lead, st.booleans())
leads = st.lists(drawn_leads, min_size=1, max_size=4).map(lambda drawn: colleagues(drawn))
events = st.lists(event, max_size=10).map(
    lambda listed: [numbered_event(one, place) for place, one in listed_from(listed)]
)


def listed_from(listed: list[Any]) -> list[tuple[int, Any]]:
    return list(enumerate(listed, start=1))


def numbered(one: Lead, place: int) -> Lead:
    firm = one.company and Company(place, one.company.industry, one.company.employees)
    return Lead(**{**{name: getattr(one, name) for name in Lead.__dataclass_fields__}, "id": place, "company": firm})


def colleagues(drawn: list[tuple[Lead, bool]]) -> list[Lead]:
    """Numbered, some of them of the company of whoever came before."""
    return together_in([(numbered(one, place), together) for place, (one, together) in enumerate(drawn, start=1)])


def together_in(drawn: list[tuple[Lead, bool]]) -> list[Lead]:
    people: list[Lead] = []
    for one, together in drawn:
        here = people[-1].company if together and people else None
        people.append(replace(one, company=here) if here else one)
    return people


def numbered_event(one: Event, place: int) -> Event:
    about = one.subject and Subject(place, one.subject.name, one.subject.path)
    return replace(one, subject=about)


# Conditions


def one_test(key: str, op: str, value: Any, **flags: Any) -> st.SearchStrategy[dict[str, Any]]:
    fixed = {"field": st.just(key), "op": st.just(op), "value": value}
    return st.fixed_dictionaries(fixed, optional={name: st.booleans() for name in flags})


def ordered(values: list[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from(values), min_size=2, max_size=2).map(lambda pair: sorted(pair, key=values.index))


def presence(key: str) -> list[st.SearchStrategy[dict[str, Any]]]:
    return [st.just({"field": key, "op": op}) for op in ("is_set", "is_not_set")]


def many(values: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(values, min_size=1, max_size=3)


def text_tests(key: str, values: st.SearchStrategy[str] = text) -> list[st.SearchStrategy[dict[str, Any]]]:
    return [
        *(one_test(key, op, values, exact=1) for op in ("eq", "contains", "starts_with", "ends_with")),
        *(one_test(key, op, values, exact=1, unknown=1) for op in ("ne", "not_contains")),
        one_test(key, "in", many(values), exact=1),
        one_test(key, "not_in", many(values), exact=1, unknown=1),
        one_test(key, "matches", st.sampled_from(PATTERNS)),
        *presence(key),
    ]


def number_tests(key: str) -> list[st.SearchStrategy[dict[str, Any]]]:
    values = st.sampled_from(NUMBERS)
    return [
        *(one_test(key, op, values) for op in ("eq", "lt", "lte", "gt", "gte")),
        one_test(key, "ne", values, unknown=1),
        one_test(key, "between", ordered(sorted(NUMBERS))),
        one_test(key, "in", many(values)),
        one_test(key, "not_in", many(values), unknown=1),
        *presence(key),
    ]


def rank_tests(key: str) -> list[st.SearchStrategy[dict[str, Any]]]:
    ranks = st.sampled_from(RANKS)
    return [
        *(one_test(key, op, ranks) for op in ("eq", "lt", "lte", "gt", "gte")),
        one_test(key, "ne", ranks, unknown=1),
        one_test(key, "between", ordered(list(RANKS))),
        one_test(key, "in", many(ranks)),
        one_test(key, "not_in", many(ranks), unknown=1),
        *presence(key),
    ]


def time_tests(key: str, points: list[str], spans: st.SearchStrategy[Any]) -> list[st.SearchStrategy[dict[str, Any]]]:
    days = st.sampled_from([each.isoformat() for each in DAYS])
    return [
        one_test(key, "on", days | st.sampled_from(["today", "this_week"])),
        *(one_test(key, op, st.sampled_from(points)) for op in ("before", "after")),
        one_test(key, "between", ordered(sorted({each.isoformat() for each in DAYS}))),
        *(one_test(key, op, spans) for op in ("within_last", "within_next")),
        one_test(key, "not_within_last", spans, unknown=1),
        one_test(key, "anniversary_within", st.sampled_from([{"days": 1}, {"days": 9}, {"days": 366}])),
        *presence(key),
    ]


def set_tests(key: str) -> list[st.SearchStrategy[dict[str, Any]]]:
    return [
        one_test(key, "contains", text, exact=1),
        one_test(key, "not_contains", text, exact=1, unknown=1),
        one_test(key, "in", many(text), exact=1),
        one_test(key, "not_in", many(text), exact=1, unknown=1),
        *presence(key),
    ]


def untyped_tests(key: str) -> list[st.SearchStrategy[dict[str, Any]]]:
    truth = one_test(key, "eq", st.booleans()), one_test(key, "ne", st.booleans(), unknown=1)
    return [*text_tests(key), *number_tests(key), *truth]


points = [each.isoformat() for each in DAYS] + [(NOW + offset).astimezone(TOKYO).isoformat() for offset in OFFSETS]
in_days = st.sampled_from([{"days": 1}, {"days": 7}, {"days": 14}])
spans = in_days | st.sampled_from([{"hours": 2}, {"minutes": 60}])
lead_test = st.one_of(
    *text_tests("lead.name"),
    *text_tests("lead.department"),
    *text_tests("company.industry"),
    *text_tests("lead.email_domain", st.sampled_from(["abc", "Abc.example"])),
    *rank_tests("lead.job_rank"),
    *(one_test("lead.stage", op, st.sampled_from(["inquiry", "mql"])) for op in ("eq", "ne")),
    *number_tests("lead.visits"),
    *number_tests("lead.ratio"),
    *number_tests("company.employees"),
    *time_tests("lead.last_seen_at", points, spans),
    *time_tests("lead.contract_day", points[: len(DAYS)], in_days),
    *(one_test("lead.subscribed", op, st.booleans()) for op in ("eq", "ne")),
    *set_tests("lead.tags"),
    *set_tests("lead.lists"),
    *untyped_tests("attributes.plan"),
)
event_test = st.one_of(
    *text_tests("path", st.sampled_from(PATHS)),
    *text_tests("title"),
    *number_tests("visible_ms"),
    *untyped_tests("properties.amount"),
)


def trees(leaf: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.recursive(
        leaf,
        lambda inner: st.one_of(
            st.builds(lambda nodes: {"all": nodes}, st.lists(inner, min_size=1, max_size=3)),
            st.builds(lambda nodes: {"any": nodes}, st.lists(inner, min_size=1, max_size=3)),
            st.builds(lambda node: {"not": node}, inner),
        ),
        max_leaves=5,
    ).filter(lambda tree: depth(tree) <= 4)


def depth(tree: dict[str, Any]) -> int:
    below = tree.get("all") or tree.get("any") or [tree[key] for key in ("not", "account") if key in tree]
    return 1 + max((depth(each) for each in below), default=0)


names = st.sampled_from(["page_viewed", "page_viewed", "asset_downloaded", "trial_started"])
where = trees(event_test)
other = st.fixed_dictionaries({"event": names}, optional={"where": event_test, "within": spans})
near = st.fixed_dictionaries({"event": names, "distance": spans}, optional={"where": event_test, "within": spans})
counts = st.fixed_dictionaries({"op": st.sampled_from(["eq", "lt", "lte", "gt", "gte"]), "value": st.integers(0, 3)})
base = {"event": names}
narrowed = {"where": where, "count": counts, "within": spans}
did = st.one_of(
    st.fixed_dictionaries(base, optional=narrowed),
    st.fixed_dictionaries({**base, "after": other}, optional=narrowed),
    st.fixed_dictionaries({**base, "before": other}, optional=narrowed),
    *(st.fixed_dictionaries({**base, relation: near}, optional=narrowed) for relation in ("after", "before", "around")),
    st.fixed_dictionaries(
        {**base, "sum": st.sampled_from(["visible_ms", "properties.amount", "visits"]), "count": counts},
        optional={"within": spans},
    ),
)
asked_of_colleagues = trees(lead_test | did)


@st.composite
def of_account(draw: st.DrawFn) -> dict[str, Any]:
    """A strategy of its own, so that what prints strategies does not print these twice."""
    return {"account": draw(asked_of_colleagues)}


account = of_account()
condition = trees(lead_test | lead_test | did | account)
standing = st.just({"segment": "seg_1"}) | st.one_of(
    *(st.just({"flow": "flw_1", "state": state}) for state in ("in", "never", "ended")),
    st.just({"flow": "flw_1", "state": "waiting_at", "step": "s1"}),
    *(st.just({"flow": "flw_1", "state": "ended", "reason": reason}) for reason in ("inquiry", "mql")),
)
whole_condition = trees(st.one_of(lead_test, lead_test, lead_test, did, did, standing, account))
# Conditions the clock can turn, and people to whom much has happened.
clock_tests = [
    *(one_test("lead.last_seen_at", op, spans) for op in ("within_last", "not_within_last", "within_next")),
    *(one_test("lead.contract_day", op, in_days) for op in ("within_last", "within_next")),
    *(
        one_test(key, "on", st.sampled_from(["today", "this_week"]))
        for key in ("lead.last_seen_at", "lead.contract_day")
    ),
    *(
        one_test(key, "anniversary_within", st.sampled_from([{"days": 1}, {"days": 9}, {"days": 366}]))
        for key in ("lead.last_seen_at", "lead.contract_day")
    ),
]
lately = st.fixed_dictionaries({"event": st.just("page_viewed"), "within": spans})
clock_where = trees(one_test("occurred_at", "within_last", spans) | text_tests("path", st.sampled_from(PATHS))[0])
clock_dids = [
    st.fixed_dictionaries({"event": st.just("page_viewed"), "within": spans, "count": counts}),
    st.fixed_dictionaries({"event": st.just("page_viewed"), "within": spans}, optional={"where": clock_where}),
    st.fixed_dictionaries({"event": st.just("page_viewed"), "where": clock_where}, optional={"count": counts}),
    st.fixed_dictionaries({"event": st.just("page_viewed"), "after": lately}, optional={"within": spans}),
    st.fixed_dictionaries({"event": st.just("page_viewed"), "before": lately}, optional={"within": spans}),
    st.fixed_dictionaries(
        {
            "event": st.just("page_viewed"),
            "sum": st.sampled_from(["visible_ms", "visits"]),
            "count": counts,
            "within": spans,
        }
    ),
]
never = st.just({"op": "eq", "value": 0})
clock_dids.append(st.fixed_dictionaries({"event": st.just("page_viewed"), "within": spans, "count": never}))
lately_near = st.fixed_dictionaries({"event": st.just("page_viewed"), "distance": spans}, optional={"within": spans})
clock_dids.append(st.fixed_dictionaries({"event": st.just("page_viewed"), "around": lately_near}))
clock_leaf = st.one_of(*clock_tests) | st.one_of(*clock_dids)
clock_leaf |= st.fixed_dictionaries({"account": clock_leaf})
clock_condition = trees(clock_leaf)
busy_lead = st.builds(replace, lead, last_seen_at=moment, contract_day=st.sampled_from(DAYS), merged_into_id=st.none())
busy_leads = st.lists(st.tuples(busy_lead, st.booleans()), min_size=3, max_size=4).map(colleagues)
views = st.lists(
    st.builds(replace, event, lead_id=st.integers(1, 4), name=st.just(1), verdict=st.just(0)), min_size=3, max_size=10
).map(lambda listed: [numbered_event(one, place) for place, one in listed_from(listed)])
many_leads = st.lists(drawn_leads, min_size=4, max_size=8).map(colleagues)

# Visitors: half of them nobody we know

browser = st.builds(
    Visitor,
    id=st.just(0),
    lead=st.none() | lead,
    first_seen_at=moment,
    last_seen_at=moment,
    visits=st.integers(0, 3),
    channel=st.none() | st.sampled_from(["", "direct", "paid"]),
    marks=st.lists(text, max_size=2).map(tuple),
)
browsers = st.lists(st.tuples(browser, st.booleans()), min_size=1, max_size=4).map(
    lambda drawn: of_colleagues([(numbered_browser(one, place), with_) for place, (one, with_) in listed_from(drawn)])
)
visitor_test = st.one_of(
    *number_tests("visitor.visits"),
    *time_tests("visitor.last_seen_at", points, spans),
    *(one_test("visitor.known", op, st.booleans()) for op in ("eq", "ne")),
    *text_tests("visitor.channel", st.sampled_from(["direct", "paid"])),
    *set_tests("visitor.marks"),
)
membership = st.just({"segment": "seg_1"})
visitor_condition = trees(visitor_test | lead_test | did | membership | account)


def numbered_browser(one: Visitor, place: int) -> Visitor:
    return replace(one, id=place, lead=one.lead and numbered(one.lead, place))


def of_colleagues(drawn: list[tuple[Visitor, bool]]) -> list[Visitor]:
    """Some of the people are of the company of the one before."""
    known = [(one.lead, together) for one, together in drawn if one.lead]
    people = {lead.id: lead for lead in together_in(known)}
    return [replace(one, lead=one.lead and people[one.lead.id]) for one, _ in drawn]
