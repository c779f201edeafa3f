"""Dates and times as people type them into spreadsheets."""

import re
import unicodedata
from datetime import date, datetime, time, timedelta, tzinfo

_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]*(?:\(.\))?[ T]*(.*))?\Z")
_CLOCK = re.compile(r"(\d{1,2})[:時](\d{1,2})?分?(?::(\d{1,2}))?(?:\.\d+)?(?:秒)?\Z")
_SERIAL = re.compile(r"[345]\d{4}(?:\.\d+)?\Z")  # days since 1899-12-30, as Excel keeps them: 1982 to 2064


def read_moment(text: str, *, zone: tzinfo) -> datetime | None:
    """The moment a cell names, in `zone` unless it names its own; None when it names none.

    Understood: 2026/11/22, 2026年11月22日 14:05, 2026-11-22T05:00:00Z, and Excel's day numbers.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    try:
        if _SERIAL.match(plain):
            return (datetime(1899, 12, 30, tzinfo=zone) + timedelta(days=float(plain))).replace(microsecond=0)
        stated = datetime.fromisoformat(plain) if "T" in plain or "-" in plain else _typed(plain, zone)
    except (ValueError, OverflowError):
        return _typed(plain, zone)
    if stated is None:
        return None
    return stated if stated.tzinfo else stated.replace(tzinfo=zone)


def _typed(plain: str, zone: tzinfo) -> datetime | None:
    day = _DAY.match(plain)
    if day is None:
        return None
    clock = _CLOCK.match(day[4].strip()) if (day[4] or "").strip() else None
    if (day[4] or "").strip() and clock is None:
        return None
    try:
        hour, minute, second = (int(part or 0) for part in clock.groups()) if clock else (0, 0, 0)
        at = time(hour, minute, second)
        return datetime.combine(date(int(day[1]), int(day[2]), int(day[3])), at, tzinfo=zone)
    except ValueError:
        return None
