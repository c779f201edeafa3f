"""What belongs to a workspace, from the registry of models and the folders of the storage: nothing is listed by hand.

So a table or a kind of file that somebody adds tomorrow is taken out and deleted with the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from typing import Any

from django.apps import apps
from django.core.files.storage import default_storage
from django.db.models import Model

from ma_platform.tenancy.orm import TenantModel

SECRET = re.compile(r"(^|_)(secret|password|private|token|totp|otp)(_|$)")  # words of a column's name
MADE_BY_US = ("exports", "whole")  # folders of files that only repeat what the tables say


@cache
def tables() -> tuple[type[TenantModel], ...]:
    """Every table of a tenant, those that point at another before it."""
    of_tenants = [model for model in apps.get_models(include_auto_created=True) if issubclass(model, TenantModel)]
    pointing: dict[type[Model], set[type[Model]]] = {model: set() for model in of_tenants}
    for model in of_tenants:
        for field in model._meta.local_fields:
            if field.related_model in pointing and field.related_model is not model:
                pointing[field.related_model].add(model)
    return tuple(TopologicalSorter(pointing).static_order())  # type: ignore[arg-type]  # all of them TenantModels


def columns(model: type[TenantModel]) -> tuple[list[str], list[str]]:
    """The columns that may leave the product, and those that never do: keys, passwords and what stands for them."""
    named = [str(field.column) for field in model._meta.local_concrete_fields]
    kept_back = [name for name in named if SECRET.search(name)]
    return [name for name in named if name not in kept_back], kept_back


def key_columns(model: type[TenantModel]) -> list[str]:
    """What names one row, together with the tenant."""
    fields: Any = model._meta.pk_fields  # type: ignore[attr-defined]  # since Django 5.2; the stubs do not know it
    return [field.column for field in fields if field.column != "tenant_id"]


def folders(code: str, *, also_made_by_us: bool) -> list[str]:
    """Where files of this workspace lie: `<kind>/<code>` in the storage."""
    kinds: list[str] = default_storage.listdir("")[0] if default_storage.exists("") else []
    named = [f"{kind}/{code}" for kind in sorted(kinds) if also_made_by_us or kind not in MADE_BY_US]
    return [folder for folder in named if default_storage.exists(folder)]


def files(folder: str) -> Iterator[str]:
    """Paths of all files below."""
    below, here = default_storage.listdir(folder)
    yield from (f"{folder}/{name}" for name in sorted(here))
    for name in sorted(below):
        yield from files(f"{folder}/{name}")
