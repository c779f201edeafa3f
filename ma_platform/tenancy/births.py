"""What a new workspace is born with. Upper rooms register their part; tenancy imports none of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

Birth = Callable[[datetime], None]
_births: list[tuple[int, str, Birth]] = []


def at_birth(*, order: int) -> Callable[[Birth], Birth]:
    """Run `fn(now)` inside the new workspace's scope, lower `order` first."""

    def register(birth: Birth) -> Birth:
        _births.append((order, f"{birth.__module__}.{birth.__qualname__}", birth))
        return birth

    return register


def furnish(now: datetime) -> None:
    """Give the workspace in scope everything the rooms have registered."""
    for _order, _name, birth in sorted(_births, key=lambda entry: entry[:2]):
        birth(now)
