"""Files of offline touchpoints: each row a fact, once."""

from datetime import timedelta

import pytest

from leads.actions import LeadInput, upsert_lead
from leads.files.moments import read_moment
from leads.queries.transfers import kept_rows
from tests.conftest import NOW
from tests.leads.imports.filing import counts, imported, text_of, undone
from tracking.actions import record
from tracking.catalogue import Event
from tracking.models import Daily
from tracking.models import Event as Fact

ROWS = [
    ["メールアドレス", "種別", "日時", "件名", "メモ"],
    ["taro@yamada.example", "展示会", "2026/11/10", "IT Week 秋", "製品Aに関心"],
    ["TARO@yamada.example", "商談", "2026年11月12日 14:00", "", ""],
    ["nobody@yamada.example", "電話", "2026-11-12", "", ""],
    ["taro@yamada.example", "お茶", "2027-01-01", "", ""],
]


@pytest.fixture
def taro(in_acme):
    return upsert_lead(LeadInput(email="taro@yamada.example"), by=None, now=NOW)


def test_rows_become_facts_about_people(in_acme, taro, now):
    transfer = imported(text_of(ROWS).encode("cp932"), by=in_acme.owner, now=now, kind="touchpoints")

    assert counts(transfer.report) == (2, 0, 0, 0, 2)
    assert transfer.report["reasons"] == {"unknown_lead": 1, "unknown_kind": 1, "in_the_future": 1}
    facts = Fact.objects.filter(lead_id=taro.lead_id, name__in=[20, 23]).order_by("occurred_at")
    assert [(fact.name, fact.occurred_at.isoformat()) for fact in facts] == [
        (20, "2026-11-09T15:00:00+00:00"),
        (23, "2026-11-12T05:00:00+00:00"),
    ]
    assert facts[0].props == {"title": "IT Week 秋", "note": "製品Aに関心"}


def test_the_same_file_again_states_nothing(in_acme, taro, now):
    imported(text_of(ROWS).encode(), by=in_acme.owner, now=now, kind="touchpoints")

    again = imported(text_of(ROWS).encode(), by=in_acme.owner, now=now, kind="touchpoints")

    assert counts(again.report) == (0, 0, 2, 0, 2)
    assert Fact.objects.filter(name__in=[20, 23]).count() == 2


def test_one_kind_for_all_rows_can_be_given(in_acme, taro, now):
    content = text_of([["email", "日付"], ["taro@yamada.example", "2026-11-10"]]).encode()

    transfer = imported(content, by=in_acme.owner, now=now, kind="touchpoints", constants={"kind": "visit"})

    assert transfer.report["new"] == 1


def test_an_undone_file_was_never_said(in_acme, taro, now):
    record(Event.TOUCHPOINT_EXHIBITION, lead=taro.lead_id, at=NOW - timedelta(days=10))
    before = days()
    transfer = imported(text_of(ROWS).encode(), by=in_acme.owner, now=now, kind="touchpoints")

    done = undone(transfer, by=in_acme.owner, now=now)

    assert kept_rows(done) == []
    assert days() == before
    assert Fact.objects.filter(name__in=[20, 23]).count() == 1
    assert Fact.objects.get(name=Event.EVENTS_DELETED).props["leads"] == [taro.lead_id]


def test_what_another_file_says_too_stays_and_is_listed(in_acme, taro, now):
    first = imported(text_of(ROWS).encode(), by=in_acme.owner, now=now, kind="touchpoints")
    imported(text_of(ROWS[:2]).encode(), by=in_acme.owner, now=now, kind="touchpoints")

    done = undone(first, by=in_acme.owner, now=now)

    assert [(row, subject) for row, subject, _fields in kept_rows(done)] == [(1, taro.public_id)]
    assert list(Fact.objects.filter(name__in=[20, 23]).values_list("name", flat=True)) == [20]


def test_a_touchpoint_of_two_files_goes_with_the_last_of_them(in_acme, taro, now):
    first = imported(text_of(ROWS).encode(), by=in_acme.owner, now=now, kind="touchpoints")
    second = imported(text_of(ROWS).encode(), by=in_acme.owner, now=now, kind="touchpoints")
    third = imported(text_of(ROWS[:2]).encode(), by=in_acme.owner, now=now, kind="touchpoints")

    stood = [encounters(undone(one, by=in_acme.owner, now=now)) for one in (first, second, third)]

    assert stood == [[20, 23], [20], []]


def test_of_two_files_the_one_that_said_nothing_new_takes_nothing_with_it(in_acme, taro, now):
    record(Event.TOUCHPOINT_EXHIBITION, lead=taro.lead_id, at=NOW - timedelta(days=10))
    first = imported(text_of(ROWS).encode(), by=in_acme.owner, now=now, kind="touchpoints")
    second = imported(text_of(ROWS).encode(), by=in_acme.owner, now=now, kind="touchpoints")

    stood = [encounters(undone(one, by=in_acme.owner, now=now)) for one in (second, first)]

    assert stood == [[20, 20, 23], [20]]


def encounters(_undone: object) -> list[int]:
    """What is on record after that."""
    return sorted(Fact.objects.filter(name__in=[20, 23]).values_list("name", flat=True))


def days() -> list[tuple[object, ...]]:
    """The counts of encounters."""
    return sorted(Daily.objects.filter(name__in=[20, 23]).values_list("lead_id", "name", "day", "count", "first_at"))


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2026/1/5", "2026-01-05T00:00:00+00:00"),
        ("2026年1月5日(月) 9時30分", "2026-01-05T09:30:00+00:00"),
        ("２０２６／０１／０５　０９：３０", "2026-01-05T09:30:00+00:00"),
        ("2026-01-05T09:30:00+09:00", "2026-01-05T09:30:00+09:00"),
        ("2026-01-05 09:30:15", "2026-01-05T09:30:15+00:00"),
        ("46027.5", "2026-01-05T12:00:00+00:00"),
        ("2026/13/40", None),
        ("5日", None),
        ("", None),
    ],
)
def test_dates_as_people_type_them(text, iso):
    from datetime import UTC

    found = read_moment(text, zone=UTC)

    assert (found.isoformat() if found else None) == iso
