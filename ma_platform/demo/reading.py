"""When a mail is opened and a link in it followed; pure: most within hours, some on another day, never at night."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from tracking.verdict.hits import APPLE_PROXY, Hit

JAPAN = timedelta(hours=9)
OPENED, CLICKED = 0.34, 0.3  # of those sent, of those opened
MORNING, NIGHT, WEEKEND = 7, 23, 5
PRIVATE, SCANNED = 0.16, 0.05  # of those sent: loaded by Apple's proxy unasked, opened by a mail gateway
GATEWAY = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36"
)


@dataclass(frozen=True)
class Read:
    """`clicked` is None when no link was followed."""

    opened: datetime
    clicked: datetime | None


def read(sent: datetime, chance: Random) -> Read | None:
    """How somebody reads a mail; None when they do not."""
    if chance.random() >= OPENED:
        return None
    minutes = min(14_400, 1 + chance.lognormvariate(5.0, 1.5))  # half within two and a half hours
    opened = _awake(sent + timedelta(minutes=minutes), chance)
    clicked = opened + timedelta(seconds=5 + chance.lognormvariate(3.4, 1.0))
    return Read(opened, clicked if chance.random() < CLICKED else None)


def unasked(sent: datetime, chance: Random) -> Iterator[tuple[datetime, Hit]]:
    """Opens that nobody made: by the recipient's mail program (in doubt) or a scanner on the way (a machine)."""
    if chance.random() < PRIVATE:
        minutes = chance.uniform(2, 300)
        yield sent + timedelta(minutes=minutes), Hit(ua=APPLE_PROXY, since_delivery=minutes * 60)
    if chance.random() < SCANNED:
        seconds = chance.uniform(0.2, 1.8)
        yield sent + timedelta(seconds=seconds), Hit(ua=GATEWAY, since_delivery=seconds)


def _awake(moment: datetime, chance: Random) -> datetime:
    """The same moment, or the next morning for one at night; work mail mostly waits for the end of the weekend."""
    local = moment + JAPAN
    if not MORNING <= local.hour < NIGHT:
        local = _morning(local + timedelta(days=local.hour >= NIGHT), chance)
    if local.weekday() >= WEEKEND and chance.random() < 0.7:
        local = _morning(local + timedelta(days=7 - local.weekday()), chance)
    return local - JAPAN


def _morning(day: datetime, chance: Random) -> datetime:
    start = day.replace(hour=MORNING, minute=0, second=0, microsecond=0)
    return start + timedelta(minutes=chance.triangular(0, 240, 110))
