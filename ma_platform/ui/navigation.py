"""The left rail: apps register entries, the shell shows those the member may open."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from ma_platform.ui import addresses

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from ma_platform.tenancy.permissions import Capability


class Section(IntEnum):
    """Groups of the rail, in the order they stand."""

    HOME = 0
    PEOPLE = 1
    CAPTURE = 2
    REACH = 3
    JUDGE = 4
    REPORTS = 5
    SETTINGS = 6


@dataclass(frozen=True, slots=True)
class NavItem:
    """`also_under`: further path prefixes that light the entry up. `capability` None: everybody."""

    key: str
    label: str | Promise
    icon: str
    url_name: str
    section: Section
    order: int = 50
    capability: Capability | None = None
    also_under: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the rail as this request sees it."""

    key: str
    label: str | Promise
    icon: str
    url: str
    current: bool


class NavigationClash(LookupError):
    """A key was registered twice with different content."""


_ITEMS: Final[dict[str, NavItem]] = {}


def register(item: NavItem) -> None:
    """Add an entry. Registering the same entry again is harmless; another one under its key raises."""
    if _ITEMS.get(item.key, item) != item:
        raise NavigationClash(item.key)
    _ITEMS[item.key] = item
    visible.cache_clear()


@lru_cache(maxsize=64)
def visible(can: frozenset[Capability]) -> tuple[tuple[NavItem, str], ...]:
    """The entries these capabilities may open with their addresses, in order."""
    in_order = sorted(_ITEMS.values(), key=lambda item: (item.section, item.order, item.key))
    return tuple((item, url) for item in in_order if _may(item, can) and (url := addresses.page(item.url_name)))


def current(*, path: str, can: Collection[Capability]) -> str:
    """The key of the entry that explains `path` best; "" where none does."""
    length, key = max((_match(item, url, path) for item, url in visible(frozenset(can))), default=(0, ""))
    return key if length else ""


def sections(*, here: str, can: Collection[Capability]) -> list[list[Entry]]:
    """The rail of a member: non-empty sections in order, the entry `here` marked current."""
    groups: dict[Section, list[Entry]] = {}
    for item, url in visible(frozenset(can)):
        groups.setdefault(item.section, []).append(Entry(item.key, item.label, item.icon, url, item.key == here))
    return list(groups.values())


def _may(item: NavItem, can: Collection[Capability]) -> bool:
    return item.capability is None or item.capability in can


def _match(item: NavItem, url: str, path: str) -> tuple[int, str]:
    """How much of `path` the entry explains; the home page only explains itself."""
    prefixes = (url, *item.also_under)
    lengths = [len(prefix) for prefix in prefixes if path == prefix or (prefix != "/" and path.startswith(prefix))]
    return max(lengths, default=0), item.key
