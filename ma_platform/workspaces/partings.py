"""What rooms above add when a workspace is taken out or deleted, or a member leaves. They register; nothing here
imports them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import BinaryIO

from ma_platform.tenancy.models import Membership, Workspace

Writing = Callable[[BinaryIO], int]
Spreadsheets = Callable[[datetime], Iterator[tuple[str, Writing]]]
Forgetting = Callable[[Workspace], None]
Leaving = Callable[[Membership], None]
_spreadsheets: list[Spreadsheets] = []
_forgetting: list[Forgetting] = []
_leaving: list[Leaving] = []


def with_everything(told: Spreadsheets) -> Spreadsheets:
    """Decorator: `fn(now)` names files beside the tables, each with what writes it and returns its rows.

    They are written one after another, in the scope and the snapshot of the tables.
    """
    _spreadsheets.append(told)
    return told


def at_deletion(forget: Forgetting) -> Forgetting:
    """Decorator: `fn(workspace)` removes what is neither in a table of the tenant nor in its folders.

    It may run twice, and it runs outside of any transaction.
    """
    _forgetting.append(forget)
    return forget


def at_leaving(forget: Leaving) -> Leaving:
    """Decorator: `fn(membership)` removes what was kept for a member and does not go with their row.

    The row is gone already, so that what is made for them meanwhile is there to be found, or fails for want of it.
    """
    _leaving.append(forget)
    return forget


def spreadsheets(now: datetime) -> Iterator[tuple[str, Writing]]:
    """All files that rooms write."""
    for told in _spreadsheets:
        yield from told(now)


def forget_elsewhere(workspace: Workspace) -> None:
    """Have every room forget."""
    for forget in _forgetting:
        forget(workspace)


def forget_member(membership: Membership) -> None:
    """Have every room forget what it kept for somebody who has left."""
    for forget in _leaving:
        forget(membership)
