"""Channels, sources and places of visits as people read them, for templates of other rooms too."""

from __future__ import annotations

from collections.abc import Mapping

from django import template

from tracking import visit_words

register = template.Library()
register.filter("channel", visit_words.channel_name)


@register.filter
def came_from(source: Mapping[str, str]) -> str:
    """ "Search · Google": the channel and the site or campaign of a source."""
    campaign = source.get("utm_campaign", "")
    parts = (visit_words.channel_name(source.get("channel", "")), campaign or visit_words.source_name(source))
    return " · ".join(part for part in parts if part)


@register.filter
def place(prefecture: str, country: str = "") -> str:
    """`{{ visit.prefecture|place:visit.country }}`, "" when neither is known."""
    return visit_words.place_name(country, prefecture)
