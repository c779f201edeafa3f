"""The disk follows the database: nothing is unlinked for a transaction that is taken back."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from django.core.files.storage import default_storage
from django.db import transaction


def unlink_after_commit(paths: Iterable[str]) -> None:
    """Remove stored files once this transaction has committed; a path that is blank or not there is no error."""
    transaction.on_commit(partial(_unlink, tuple(path for path in paths if path)))


def _unlink(paths: tuple[str, ...]) -> None:
    for path in paths:
        default_storage.delete(path)
