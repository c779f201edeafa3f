"""Whom a member picked: people by their ids, or everybody a list showed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from psycopg2.sql import SQL, Composable

from conditions import compile, parse
from leads.queries.listing import EVERYBODY, search_params
from leads.queries.rolled import CountsByDay
from leads.queries.searching import SEARCH
from leads.queries.sensitive import check_condition
from ma_platform.tenancy.scope import current_tenant


@dataclass(frozen=True, slots=True)
class Selected:
    """`tests` follow `lead.tenant_id = %(tenant_id)s` over leads_lead AS lead and take `params`."""

    tests: Composable
    params: dict[str, Any]  # Any: parameters of a statement


def selected(selection: Mapping[str, Any], *, now: datetime) -> Selected:  # Any: JSON
    """{"ids": [public ids]} or {"q", "condition"} as tests; merged people stand aside.

    Raises conditions.ConditionRefused.
    """
    tests: list[Composable] = [SQL("AND lead.merged_into_id IS NULL")]
    params: dict[str, Any] = {}
    if selection.get("ids") is not None:
        tests.append(SQL("AND lead.public_id = ANY(%(selected_ids)s::text[])"))
        params["selected_ids"] = list(selection["ids"])
    if str(selection.get("q") or "").strip():
        tests.append(SEARCH)
        params |= search_params(selection["q"], branch=EVERYBODY)
    if selection.get("condition"):
        node = parse(selection["condition"])
        check_condition(node)
        zone = ZoneInfo(current_tenant().timezone)
        compiled = compile(node, now=now, tz=zone, days=CountsByDay(zone))
        tests.append(SQL("AND " + compiled.sql))
        params |= compiled.params
    return Selected(SQL(" ").join(tests), params)
