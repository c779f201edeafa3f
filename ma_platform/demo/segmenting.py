"""Segments a marketer of the demo workspace would keep: two by what people did, one on another one, a list by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from leads.actions import segments
from leads.models import Segment
from ma_platform.tenancy.models import User

Json = dict[str, Any]  # Any: JSON
KEEN: Json = {
    "all": [
        {"field": "lead.job_rank", "op": "gte", "value": "manager"},
        {
            "event": "page_viewed",
            "where": {"field": "path", "op": "starts_with", "value": "/pricing"},
            "count": {"op": "gte", "value": 2},
            "within": {"days": 30},
        },
        {"field": "lead.excluded_by", "op": "ne", "value": "competitor", "unknown": True},
    ]
}
QUIET: Json = {
    "all": [
        {"field": "lead.job_rank", "op": "gte", "value": "director"},
        {"event": "page_viewed", "count": {"op": "eq", "value": 0}, "within": {"days": 30}},
    ]
}
ON_THE_LIST = 24


def make_segments(met: Sequence[int], *, by: User, now: datetime) -> None:
    """Three segments and a list of people who were met (their primary keys), as of `now`."""
    keen = _made(
        "料金に関心のある課長以上", KEEN, "課長以上で過去30日に料金ページを2回以上見た、競合以外", by=by, now=now
    )
    _made("30日訪問のない部長以上", QUIET, "掘り起こしの候補", by=by, now=now)
    close: Json = {
        "all": [
            {"segment": keen.public_id},
            {"not": {"field": "lead.stage", "op": "in", "value": ["opportunity", "customer"]}},
        ]
    }
    _made("関心あり・商談前", close, "営業に渡す前の確認用", by=by, now=now)
    cards = segments.create_segment("展示会で名刺交換した方", None, by=by, now=now, description="お礼メールの宛先")
    segments.put(cards, list(met)[:ON_THE_LIST], True, by=by, now=now, note="展示会ブース")


def propose_change(*, by: User, now: datetime) -> None:
    """Leave a change of one segment waiting for somebody's word."""
    segment = Segment.objects.get(name="30日訪問のない部長以上")
    wider: Json = {"all": [{"field": "lead.job_rank", "op": "gte", "value": "manager"}, QUIET["all"][1]]}
    segments.change_condition(segment, wider, by=by, now=now)
    segments.build(segment.pk, now=now)


def _made(name: str, condition: Json, description: str, *, by: User, now: datetime) -> Segment:
    made = segments.create_segment(name, condition, by=by, now=now, description=description)
    segments.build(made.pk, now=now)
    return made
