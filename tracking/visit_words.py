"""Words for visits: where from, with what, from where, and whose network it may have been."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from babel import Locale
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from tracking.catalogue import Verdict
from tracking.places import prefecture_name
from tracking.queries import Touch, Visit
from tracking.referrers import find_site
from tracking.vocabulary import CHANNEL_LABELS, DEVICE_LABELS

SOURCES = {"list": _("from your list"), "learned": _("learned"), "provider": _("from a provider")}
NETWORKS = {
    "own": _("From your own office"),
    "carrier": _("Network of a carrier: company unknown"),
    "gateway": _("Network of a VPN or data centre: company unknown"),
}


@dataclass(frozen=True, slots=True)
class VisitRow:
    """A visit ready to be shown; empty texts are left out."""

    at: datetime
    channel: str
    source: str
    campaign: str
    landing: str
    landing_url: str
    views: int
    visible_ms: int
    device: str
    place: str
    company: str
    sure: str
    network: str
    word: str  # of the verdict, "" for a human


@dataclass(frozen=True, slots=True)
class TouchRow:
    """Where a person came from once."""

    at: datetime
    channel: str
    source: str
    campaign: str
    landing_url: str


def touch_row(touch: Touch) -> TouchRow:
    campaign = touch.source.get("utm_campaign", "")
    return TouchRow(touch.at, channel_name(touch.channel), source_name(touch.source), campaign, _web(touch.landing_url))


def visit_row(visit: Visit) -> VisitRow:
    company = visit.company if visit.network != "own" else None
    return VisitRow(
        at=visit.started_at,
        channel=channel_name(visit.channel),
        source=source_name(visit.source or {}),
        campaign=(visit.source or {}).get("utm_campaign", ""),
        landing=visit.landing_name or visit.landing_path or visit.landing_url,
        landing_url=_web(visit.landing_url),
        views=visit.views,
        visible_ms=visit.visible_ms,
        device=" · ".join(filter(None, [device_name(visit.device), visit.os, visit.browser])),
        place=place_name(visit.country, visit.prefecture),
        company=company.name if company else "",
        sure=f"{company.confidence}% · {_word(SOURCES, company.source)}" if company else "",
        network=_word(NETWORKS, visit.network),
        word="" if visit.verdict == Verdict.HUMAN else Verdict(visit.verdict).name.lower(),
    )


def _web(url: str) -> str:
    """The address, if a link may lead there."""
    return url if url.startswith(("https://", "http://")) else ""


def channel_name(channel: str) -> str:
    return _word(CHANNEL_LABELS, channel) or channel


def device_name(device: str) -> str:
    """The kind of device, "" when not known."""
    return _word(DEVICE_LABELS, device)


def source_name(source: Mapping[str, str]) -> str:
    """The site's own name where it is known ("Google"), else what the link or the browser said; "" for direct."""
    host = source.get("referrer_host", "")
    site = find_site(host) if host else None
    return source.get("utm_source", "") or (site.name if site else host)


def place_name(country: str, prefecture: str) -> str:
    """place_name("JP", "東京都") == "東京都"; a country by its name in the reader's language."""
    language = get_language() or "ja"
    if prefecture:
        return prefecture_name(prefecture, language)
    return Locale.parse(language.replace("-", "_")).territories.get(country, country) if country else ""


def _word(words: Mapping[str, object], key: str) -> str:
    return str(words[key]) if key in words else ""
