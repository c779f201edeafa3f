"""Published rulebooks, parsed once per process."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import suppress
from functools import lru_cache
from zoneinfo import ZoneInfo

import orjson

from ma_platform.db import sql
from ma_platform.errors import Refused
from ma_platform.tenancy.scope import current_tenant, current_tenant_id
from scoring.document import Rulebook, parse
from scoring.heeding import heeds
from scoring.models import ScoreModel

DOCUMENT = """
    SELECT version.document::text
      FROM scoring_version AS version
     WHERE version.tenant_id = %(tenant_id)s AND version.model_id = %(model_id)s AND version.no = %(no)s
"""


def rulebook(model: ScoreModel, no: int) -> Rulebook:
    """Version `no` of a model. One query; parsing happens once per text and workspace, whose own words it may use."""
    text: str = sql.run(DOCUMENT, model_id=model.pk, no=no).value()
    return _parsed(current_tenant_id(), text)


@lru_cache(maxsize=500)
def _parsed(tenant_id: int, text: str) -> Rulebook:
    return parse(orjson.loads(text))


def heeded_names(names: Collection[int]) -> set[int]:
    """Those of the event names that may change a score, by the rulebooks in force and those being built."""
    books = [book for model in ScoreModel.objects.order_by("id") for book in _computed_with(model)]
    return {name for name in names if any(heeds(book, name) for book in books)}


def rulebooks() -> Iterator[Rulebook]:
    """Every rulebook in force, being built, or drafted; a draft that cannot be read any more (it may name what is gone)
    is left out.
    """
    for model in ScoreModel.objects.order_by("id"):
        yield from _computed_with(model)
        with suppress(Refused):
            yield _parsed(current_tenant_id(), orjson.dumps(model.draft).decode())


def _computed_with(model: ScoreModel) -> list[Rulebook]:
    numbers = sorted({model.published_version, model.building_version or model.published_version})
    return [rulebook(model, no) for no in numbers]


def workspace_zone() -> ZoneInfo:
    """Where a day, a week and a month begin for this workspace."""
    return ZoneInfo(current_tenant().timezone)
