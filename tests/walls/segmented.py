"""Segments of a populated workspace: one in force, with somebody kept out by hand, and one that waits for a word."""

from __future__ import annotations

from datetime import datetime

from leads.actions import segments
from leads.models import Segment
from ma_platform.tenancy.models import User

MAIL = {"field": "lead.email", "op": "is_set"}
PHONE = {"field": "lead.phone", "op": "is_set"}
REVISION = Segment(condition=MAIL, proposed=PHONE).revision


def make_segments(mark: str, lead_id: int, *, by: User, now: datetime) -> dict[str, str]:
    """Made and built; their ids by the placeholder's name."""
    kept = segments.create_segment(f"{mark}セグメント", MAIL, by=by, now=now, description=f"{mark}の説明")
    segments.build(kept.pk, now=now)
    segments.put(Segment.objects.get(pk=kept.pk), [lead_id], True, by=by, now=now, note=f"{mark}メモ")
    waiting = segments.create_segment(f"{mark}変更", MAIL, by=by, now=now)
    segments.build(waiting.pk, now=now)
    segments.change_condition(waiting, PHONE, by=by, now=now)
    segments.build(waiting.pk, now=now)
    by_hand = segments.create_segment(f"{mark}リスト", None, by=by, now=now)
    segments.put(by_hand, [lead_id], True, by=by, now=now)
    return {
        "segment": kept.public_id,
        "segment_name": kept.name,
        "changed_segment": waiting.public_id,
        "list": by_hand.public_id,
    }
