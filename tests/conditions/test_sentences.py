"""Sentences people read, in both languages."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils.translation import gettext_lazy
from hypothesis import given, settings

from conditions import OPERATORS, Field, Kind, Vocabulary, describe, describe_where, operators_for, parse, parse_where
from tests.conditions.random_trees import condition
from tests.conditions.words import WORDS

NEVER = {"op": "eq", "value": 0}
TITLE = {"field": "title", "op": "contains", "value": "料金"}
PRICING = {"field": "path", "op": "eq", "value": "/pricing"}
SENTENCES = [
    (
        {"event": "page_viewed", "where": PRICING, "count": {"op": "gte", "value": 3}, "within": {"days": 14}},
        "過去14日間に /pricing を3回以上閲覧",
        "viewed /pricing at least 3 times in the last 14 days",
    ),
    (
        {"event": "page_viewed", "where": PRICING, "count": NEVER, "within": {"days": 30}},
        "過去30日間に /pricing を一度も閲覧していない",
        "has not viewed /pricing in the last 30 days",
    ),
    (
        {"event": "page_viewed", "count": NEVER, "within": {"days": 30}},
        "過去30日間にページを一度も閲覧していない",
        "has not viewed a page in the last 30 days",
    ),
    (
        {"event": "page_viewed", "where": TITLE, "within": {"hours": 2}},
        "過去2時間にページ（タイトルに「料金」を含む）を1回以上閲覧",
        "viewed a page (title contains “料金”) at least once in the last 2 hours",
    ),
    (
        {"event": "asset_downloaded", "after": {"event": "page_viewed", "where": PRICING}},
        "（/pricing を1回以上閲覧）の後に「資料ダウンロード」が1回以上",
        "“download” at least once after (viewed /pricing at least once)",
    ),
    (
        {"event": "page_viewed", "sum": "visible_ms", "count": {"op": "gte", "value": 60}},
        "ページを閲覧時間の合計60以上閲覧",
        "viewed a page with visible time of at least 60 in total",
    ),
    (
        {"event": "page_viewed", "sum": "visits", "count": {"op": "gte", "value": 3}, "within": {"days": 14}},
        "過去14日間にページを3回以上の訪問で閲覧",
        "viewed a page in at least 3 visits in the last 14 days",
    ),
    ({"event": "asset_downloaded", "count": NEVER}, "「資料ダウンロード」が一度もない", "no “download”"),
    ({"field": "lead.job_rank", "op": "gte", "value": "manager"}, "役職が課長以上", "job rank is at least manager"),
    (
        {"field": "lead.name", "op": "ne", "value": "東京", "unknown": True},
        "氏名が「東京」以外（未入力を含む）",
        "name is not “東京” (or not known)",
    ),
    (
        {"field": "lead.visits", "op": "between", "value": [1, 2.5]},
        "訪問回数が1〜2.5",
        "visits is between 1 and 2.5",
    ),
    (
        {"field": "lead.tags", "op": "in", "value": ["A", "B"]},
        "タグが「A」、「B」のいずれか",
        "tags is one of “A”, “B”",
    ),
    ({"field": "lead.last_seen_at", "op": "on", "value": "this_week"}, "最終訪問が今週", "last visit is this week"),
    (
        {"field": "lead.contract_day", "op": "before", "value": "2026-04-01"},
        "契約日が2026年04月01日より前",
        "contract day is before 2026-04-01",
    ),
    ({"field": "lead.subscribed", "op": "eq", "value": True}, "購読がはい", "subscribed is yes"),
    (
        {"field": "lead.contract_day", "op": "anniversary_within", "value": {"days": 7}},
        "契約日の記念日が今後7日以内",
        "contract day has its anniversary within the next 7 days",
    ),
    (
        {"all": [{"field": "lead.name", "op": "is_set"},
                 {"any": [{"field": "lead.visits", "op": "gt", "value": 3}, {"not": {"segment": "seg_1"}}]}]},
        "氏名が入力済み、かつ（訪問回数が3超、または（セグメント「seg_1」に含まれる）ではない）",
        "name is known and (visits is more than 3 or not (in the segment “seg_1”))",
    ),
    (
        {"event": "asset_downloaded", "after": {"event": "page_viewed", "where": PRICING, "distance": {"days": 3}}},
        "（/pricing を1回以上閲覧）の後3日以内に「資料ダウンロード」が1回以上",
        "“download” at least once within 3 days after (viewed /pricing at least once)",
    ),
    (
        {"event": "page_viewed", "around": {"event": "asset_downloaded", "distance": {"hours": 2}}},
        "（「資料ダウンロード」が1回以上）の前後2時間以内にページを1回以上閲覧",
        "viewed a page at least once within 2 hours of (“download” at least once)",
    ),
    (
        {"account": {"field": "lead.visits", "op": "gte", "value": 3}},
        "会社のだれかが（訪問回数が3以上）に当てはまる",
        "somebody of the company: (visits is at least 3)",
    ),
    (
        {"flow": "flw_1", "state": "ended", "reason": "商談化"},
        "シナリオ「flw_1」が「商談化」で終了済み",
        "has ended the flow “flw_1” because “商談化”",
    ),
    ({"flow": "flw_1", "state": "waiting_at", "step": "s3"}, "シナリオ「flw_1」の「s3」で待機中",
     "waiting at “s3” of the flow “flw_1”"),
]  # fmt: skip


@pytest.mark.parametrize(("document", "ja", "en"), SENTENCES)
def test_a_condition_reads_as_one_sentence(document: Any, ja: str, en: str) -> None:
    node = parse(document, vocabulary=WORDS)

    assert describe(node, locale="ja", vocabulary=WORDS) == ja
    assert describe(node, locale="en", vocabulary=WORDS) == en


def test_a_filter_of_events_reads_alone() -> None:
    node = parse_where(PRICING, vocabulary=WORDS)

    assert describe_where(node, locale="ja", vocabulary=WORDS) == "パスが「/pricing」"


def test_words_that_are_gone_are_shown_by_their_key() -> None:
    node = parse({"all": [{"field": "lead.name", "op": "is_set"}, {"event": "page_viewed"}]}, vocabulary=WORDS)

    assert describe(node, locale="en", vocabulary=Vocabulary()) == "lead.name is known and “page_viewed” at least once"


def test_a_lazy_label_follows_the_language_asked_for() -> None:
    words = Vocabulary(Field("day", Kind.DAY, "lead.day", gettext_lazy("Monday")))
    node = parse({"field": "day", "op": "is_set"}, vocabulary=words)

    assert describe(node, locale="ja", vocabulary=words) == "月曜日が入力済み"
    assert describe(node, locale="en", vocabulary=words) == "Monday is known"


@settings(max_examples=60, deadline=None, derandomize=True)
@given(document=condition)
def test_every_condition_can_be_said(document: Any) -> None:
    node = parse(document, vocabulary=WORDS)

    assert describe(node, locale="ja", vocabulary=WORDS)
    assert "{" not in describe(node, locale="en", vocabulary=WORDS)


def test_the_builder_offers_what_a_kind_understands() -> None:
    assert [row.key for row in operators_for(Kind.BOOLEAN)] == ["eq", "ne", "is_set", "is_not_set"]
    assert [row.key for row in operators_for(Kind.SET)] == [
        "in", "not_in", "contains", "not_contains", "is_set", "is_not_set"
    ]  # fmt: skip
    assert {row.key for row in OPERATORS.values() if row.negative} == {
        "ne",
        "not_in",
        "not_contains",
        "not_within_last",
    }
