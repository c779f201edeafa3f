"""Dates, numbers and names the way each language writes them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ma_platform.ui import formats

AT = datetime(2026, 11, 22, 14, 5, 9, tzinfo=ZoneInfo("Asia/Tokyo"))


@pytest.mark.parametrize(
    ("counts", "written"), [((), "0"), ((9_999, 10_000), "19,999"), ((10_001, 7), "10,000+"), ((7, 10_001), "10,000+")]
)
def test_a_number_that_was_counted_no_further_says_so(counts, written):
    assert formats.number_up_to(10_000, *counts) == written


@pytest.mark.parametrize(("language", "written"), [("ja", "2026年11月22日(日) 14:05"), ("en", "22 Nov 2026, 14:05")])
def test_a_moment_is_written_as_each_language_does(language, written):
    assert formats.moment(AT, language=language) == written


@pytest.mark.parametrize(("language", "written"), [("ja", "11月22日 14:05"), ("en", "22 Nov, 14:05")])
def test_a_short_moment_leaves_the_year_out(language, written):
    assert formats.short_moment(AT, language=language) == written


@pytest.mark.parametrize(("language", "written"), [("ja", "2026年2月1日(日)"), ("en", "Sun 1 Feb 2026")])
def test_a_day_names_its_weekday(language, written):
    assert formats.day(date(2026, 2, 1), language=language) == written


@pytest.mark.parametrize(
    ("distance", "japanese", "english"),
    [
        (timedelta(seconds=59), "たった今", "just now"),
        (timedelta(minutes=3, seconds=50), "3分前", "3 min ago"),
        (timedelta(hours=2, minutes=59), "2時間前", "2 h ago"),
        (timedelta(days=1), "1日前", "1 day ago"),
        (timedelta(days=29, hours=23), "29日前", "29 days ago"),
        (timedelta(days=30), "2026年10月23日(金)", "Fri 23 Oct 2026"),
        (timedelta(minutes=-5), "5分後", "in 5 min"),
    ],
)
def test_how_long_ago_uses_the_largest_whole_unit(distance, japanese, english):
    written = [formats.ago(AT - distance, now=AT, language=language) for language in ("ja", "en")]

    assert written == [japanese, english]


def test_how_long_ago_compares_across_time_zones():
    assert formats.ago(AT.astimezone(UTC), now=AT + timedelta(hours=1), language="en") == "1 h ago"


@pytest.mark.parametrize(
    ("value", "japanese", "english"),
    [
        (999, "999", "999"),
        (9_999, "9,999", "10K"),
        (12_345, "1.2万", "12.3K"),
        (10_000, "1万", "10K"),
        (300_000_000, "3億", "300M"),
        (-25_000, "-2.5万", "-25K"),
    ],
)
def test_large_numbers_count_in_the_units_of_the_language(value, japanese, english):
    assert [formats.compact(value, language=language) for language in ("ja", "en")] == [japanese, english]


@pytest.mark.parametrize(
    ("seconds", "japanese", "english"),
    [
        (0.9, "0秒", "0 s"),
        (83, "1分23秒", "1 min 23 s"),
        (60, "1分", "1 min"),
        (3_725, "1時間2分", "1 h 2 min"),
        (90_000, "1日1時間", "1 d 1 h"),
    ],
)
def test_a_duration_shows_its_two_largest_units(seconds, japanese, english):
    assert [formats.duration(seconds, language=language) for language in ("ja", "en")] == [japanese, english]


@pytest.mark.parametrize(
    ("last_name", "first_name", "email", "japanese", "english"),
    [
        ("山田", "太郎", "", "山田 太郎", "山田 太郎"),
        ("Okafor", "Ada", "", "Okafor Ada", "Ada Okafor"),
        ("山田", "", "y@example.jp", "山田", "山田"),
        ("", "", "y@example.jp", "y@example.jp", "y@example.jp"),
        ("", "", "", "—", "—"),
    ],
)
def test_a_name_keeps_the_order_its_owner_uses(last_name, first_name, email, japanese, english):
    written = [
        formats.person_name(last_name=last_name, first_name=first_name, email=email, language=language)
        for language in ("ja", "en")
    ]

    assert written == [japanese, english]


def test_ratios_and_money_are_rounded_for_reading():
    assert [formats.percent(0.12345), formats.percent(0.2), formats.money(1_200_000, currency="JPY")] == [
        "12.3%",
        "20%",
        "¥1,200,000",
    ]
