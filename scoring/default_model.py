"""The score model a workspace starts with: an example people recognise, meant to be changed."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]  # Any: JSON


def _said(ja: str, en: str) -> dict[str, str]:
    return {"ja": ja, "en": en}


def _names(field: str, *words: str) -> Json:
    """Any of the words appears in the field."""
    return {"any": [{"field": field, "op": "contains", "value": word} for word in words]}


ONCE, ONCE_PER_OBJECT = {"mode": "once"}, {"mode": "once_per_object"}

FIT_RULES: list[Json] = [
    {
        "key": "kacho",
        "name": _said("役職が課長", "Section manager"),
        "when": {"field": "lead.job_rank", "op": "in", "value": ["manager", "deputy_director"]},
        "points": 3,
    },
    {
        "key": "bucho",
        "name": _said("役職が部長以上", "Director or above"),
        "when": {"field": "lead.job_rank", "op": "gte", "value": "director"},
        "points": 5,
    },
    {
        "key": "industry",
        "name": _said("相性のいい業界", "Industry that fits"),
        "when": _names("company.industry", "製造", "IT", "情報", "ソフトウェア", "Manufacturing", "Software"),
        "points": 3,
    },
]

ENGAGEMENT_RULES: list[Json] = [
    {
        "key": "shiryo_a",
        "name": _said("資料Aをダウンロード", "Downloaded document A"),
        "event": "asset_downloaded",
        "where": _names("title", "資料A", "Document A"),
        "points": 1,
        "repeat": ONCE,
    },
    {
        "key": "shiryo_b",
        "name": _said("資料Bをダウンロード", "Downloaded document B"),
        "event": "asset_downloaded",
        "where": _names("title", "資料B", "Document B"),
        "points": 2,
        "repeat": ONCE,
    },
    {
        "key": "webinar",
        "name": _said("ウェビナーに登録", "Registered for a webinar"),
        "event": "seminar_registered",
        "points": 3,
        "repeat": ONCE_PER_OBJECT,
        "cap": 9,
    },
    {
        "key": "product",
        "name": _said("製品詳細ページを閲覧", "Read a product page"),
        "event": "page_viewed",
        "where": _names("path", "/product", "/features", "/pricing"),
        "points": 5,
        "repeat": ONCE_PER_OBJECT,
        "cap": 15,
        "group": "web",
    },
]

INQUIRY_FORMS = _names("title", "問い合わせ", "問合せ", "contact", "inquiry")

DEFAULT: Json = {
    "v": 1,
    "key": "default",
    "name": _said("標準", "Standard"),
    "fit": {"cap": 100, "rules": FIT_RULES},
    "engagement": {"cap": 200, "floor": 0, "groups": {"web": {"cap": 60}}, "rules": ENGAGEMENT_RULES},
    "matrix": {"fit": {"A": 8, "B": 5, "C": 3, "D": 0}, "engagement": {"1": 10, "2": 5, "3": 1, "4": 0}},
    "hot": {
        "any": [{"total": {"enter": 15, "leave": 12}}, {"event": "form_submitted", "where": INQUIRY_FORMS}],
        "cooldown": {"days": 7},
    },
    "exclude": [{"reason": "除外リスト", "when": {"field": "lead.excluded_by", "op": "is_set"}}],
}
