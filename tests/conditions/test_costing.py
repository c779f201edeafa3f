"""What the planner says a condition costs, in plain words."""

from __future__ import annotations

import json
from typing import Any

from conditions import estimate


def plan(*scans: dict[str, Any], rows: int = 120) -> str:
    return json.dumps(
        [{"Plan": {"Node Type": "Hash Join", "Plan Rows": rows, "Total Cost": 9.0, "Plans": list(scans)}}]
    )


def scan(table: str, *, node: str = "Seq Scan", rows: int = 1_000_000, cost: float = 60_000.0) -> dict[str, Any]:
    return {"Node Type": node, "Relation Name": table, "Plan Rows": rows, "Total Cost": cost}


def test_reading_everybody_is_said_with_the_number() -> None:
    cost = estimate(plan(scan("leads_lead")))

    assert (cost.rows, cost.indexed) == (120, False)
    assert cost.told("ja") == ["全員（約1,000,000件）を調べる必要があります。索引を使える条件がありません。"]


def test_partitions_of_the_log_are_one_reason_and_the_biggest_comes_first() -> None:
    cost = estimate(plan(scan("leads_lead", rows=30_000, cost=1.0), *[scan("tracking_event_p2026_11")] * 3))

    assert [count for _, count in cost.reasons] == [3_000_000, 30_000]
    assert cost.told("en")[0].startswith("A large part of the activity log is read (about 3,000,000 rows).")


def test_small_tables_and_indexes_need_no_words() -> None:
    cost = estimate(plan(scan("leads_company", rows=900, cost=30.0), scan("leads_lead", node="Index Scan")))

    assert (cost.indexed, cost.told("ja")) == (True, [])
