"""Dates, numbers and names the way each language writes them. Pure: language and `now` are given.

Languages are "ja" or anything else, which is read as English. Datetimes arrive already in the zone to show.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final, Literal

Language = Literal["ja", "en"]

WEEKDAYS_JA: Final = "月火水木金土日"
MONTHS_EN: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WEEKDAYS_EN: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
NOTHING: Final = "—"

MAN: Final = 10_000
OKU: Final = 100_000_000


def day(value: date, *, language: str) -> str:
    """2026年11月22日(日) · Sun 22 Nov 2026."""
    if language == "ja":
        return f"{value.year}年{value.month}月{value.day}日({WEEKDAYS_JA[value.weekday()]})"
    return f"{WEEKDAYS_EN[value.weekday()]} {value.day} {MONTHS_EN[value.month - 1]} {value.year}"


def moment(value: datetime, *, language: str) -> str:
    """2026年11月22日(日) 14:05 · 22 Nov 2026, 14:05."""
    if language == "ja":
        return f"{day(value, language=language)} {value:%H:%M}"
    return f"{value.day} {MONTHS_EN[value.month - 1]} {value.year}, {value:%H:%M}"


def short_moment(value: datetime, *, language: str) -> str:
    """11月22日 14:05 · 22 Nov, 14:05. For lists where the year is plain."""
    if language == "ja":
        return f"{value.month}月{value.day}日 {value:%H:%M}"
    return f"{value.day} {MONTHS_EN[value.month - 1]}, {value:%H:%M}"


def ago(value: datetime, *, now: datetime, language: str) -> str:
    """The largest whole unit: たった今, 3分前, 2時間前, 5日前, then the date; "3分後" for what is ahead."""
    distance = abs(now - value)
    if distance < timedelta(minutes=1):
        return "たった今" if language == "ja" else "just now"
    if distance >= timedelta(days=30):
        return day(value, language=language)
    amount, unit_ja, unit_en = _largest_unit(distance)
    if language == "ja":
        return f"{amount}{unit_ja}{'前' if value <= now else '後'}"
    return f"{amount} {unit_en} ago" if value <= now else f"in {amount} {unit_en}"


def _largest_unit(distance: timedelta) -> tuple[int, str, str]:
    if distance < timedelta(hours=1):
        return distance // timedelta(minutes=1), "分", "min"
    if distance < timedelta(days=1):
        return distance // timedelta(hours=1), "時間", "h"
    days = distance.days
    return days, "日", "day" if days == 1 else "days"


def number(value: float, *, digits: int = 0) -> str:
    """12,345 in both languages; `digits` decimals."""
    return f"{value:,.{digits}f}"


def number_up_to(most: int, *counts: int) -> str:
    """Their sum, or "10,000+" when one of them was counted no further than `most`, which `most` + 1 says."""
    return f"{number(most)}+" if any(count > most for count in counts) else number(sum(counts))


def compact(value: float, *, language: str) -> str:
    """At most one decimal: 1.2万, 3億 · 12K, 1.2M. Below 10,000 (ja) or 1,000 (en) the number itself."""
    steps = ((OKU, "億"), (MAN, "万")) if language == "ja" else ((1_000_000_000, "B"), (1_000_000, "M"), (1_000, "K"))
    for size, mark in steps:
        if abs(value) >= size:
            return f"{_one_decimal(value / size)}{mark}"
    return _one_decimal(value)


def _one_decimal(value: float) -> str:
    return f"{value:,.1f}".removesuffix(".0")


def percent(ratio: float) -> str:
    """0.123 → 12.3%; whole numbers without a decimal."""
    return f"{_one_decimal(ratio * 100)}%"


def money(amount: float, *, currency: str) -> str:
    """¥1,200,000; other currencies by their code in front."""
    if currency == "JPY":
        return f"¥{amount:,.0f}"
    return f"{currency} {amount:,.2f}"


def duration(seconds: float, *, language: str) -> str:
    """The two largest units: 1分23秒 · 1 min 23 s; rounds down; under a second is 0秒."""
    parts = [part for part in _units(int(seconds), language) if part]
    if not parts:
        return "0秒" if language == "ja" else "0 s"
    return ("" if language == "ja" else " ").join(parts[:2])


def _units(seconds: int, language: str) -> Iterator[str]:
    marks = ("日", "時間", "分", "秒") if language == "ja" else (" d", " h", " min", " s")
    for size, mark in zip((86_400, 3_600, 60, 1), marks, strict=True):
        amount, seconds = divmod(seconds, size)
        yield f"{amount}{mark}" if amount else ""


def person_name(*, last_name: str, first_name: str, email: str, language: str) -> str:
    """山田 太郎 · Taro Yamada; the address when there is no name; a dash when there is neither.

    A name written in kanji or kana keeps its own order in both languages.
    """
    western = language != "ja" and (last_name + first_name).isascii()
    words = (first_name, last_name) if western else (last_name, first_name)
    return " ".join(word for word in words if word) or email or NOTHING
