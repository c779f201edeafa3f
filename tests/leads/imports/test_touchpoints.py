"""Files of offline touchpoints: each row a fact, once."""

import pytest

from leads.actions import LeadInput, upsert_lead
from leads.actions.imports import ImportRefused, ask_undo
from leads.files.moments import read_moment
from tests.conftest import NOW
from tests.leads.imports.filing import counts, imported, text_of
from tracking.models import Event

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
    facts = Event.objects.filter(lead_id=taro.lead_id, name__in=[20, 23]).order_by("occurred_at")
    assert [(fact.name, fact.occurred_at.isoformat()) for fact in facts] == [
        (20, "2026-11-09T15:00:00+00:00"),
        (23, "2026-11-12T05:00:00+00:00"),
    ]
    assert facts[0].props == {"title": "IT Week 秋", "note": "製品Aに関心"}


def test_the_same_file_again_states_nothing(in_acme, taro, now):
    imported(text_of(ROWS).encode(), by=in_acme.owner, now=now, kind="touchpoints")

    again = imported(text_of(ROWS).encode(), by=in_acme.owner, now=now, kind="touchpoints")

    assert counts(again.report) == (0, 0, 2, 0, 2)
    assert Event.objects.filter(name__in=[20, 23]).count() == 2


def test_one_kind_for_all_rows_can_be_given(in_acme, taro, now):
    content = text_of([["email", "日付"], ["taro@yamada.example", "2026-11-10"]]).encode()

    transfer = imported(content, by=in_acme.owner, now=now, kind="touchpoints", constants={"kind": "visit"})

    assert transfer.report["new"] == 1


def test_what_happened_cannot_be_unsaid(in_acme, taro, now):
    transfer = imported(text_of(ROWS).encode(), by=in_acme.owner, now=now, kind="touchpoints")

    with pytest.raises(ImportRefused):
        ask_undo(transfer.public_id, by=in_acme.owner, now=now)


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
