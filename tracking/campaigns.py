"""Campaign tags and click ids out of an address, readable whatever their sender encoded them in. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")
# Kept as sent, for telling the network later what came of the click. fbclid is on every link out of Facebook.
CLICK_IDS = {
    "gclid": "google",
    "wbraid": "google",
    "gbraid": "google",
    "dclid": "google",
    "yclid": "yahoo",
    "msclkid": "bing",
    "fbclid": "facebook",
    "ttclid": "tiktok",
    "twclid": "x",
    "li_fat_id": "linkedin",
    "ldtag_cl": "line",
}
UNPAID = frozenset({"fbclid"})
LONGEST, LONGEST_ID, MOST_PARTS = 300, 500, 100
ENCODINGS = ("utf-8", "cp932", "euc_jp")  # in the order they are tried; the last resort replaces what is broken
_TWICE = re.compile(r"%[0-9A-Fa-f]{2}")
_ID = re.compile(r"[^\w.~:=+/-]", re.ASCII)
_UNSEEN = frozenset("\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\u2028\u2029")


def tags(query: str) -> dict[str, str]:
    """The utm_… of a query string, folded; empty ones are not there."""
    return {key: value for key, raw in _pairs(query) if key in UTM and (value := fold(_decoded(raw)))}


def click_ids(query: str) -> dict[str, str]:
    """{"gclid": "…"}: the advertising networks' ids of a query string; letters no id has are left out."""
    found = {key: _ID.sub("", raw)[:LONGEST_ID] for key, raw in _pairs(query) if key in CLICK_IDS}
    return {key: value for key, value in found.items() if value}


def fold(text: str) -> str:
    """Trimmed, white space in one piece, without letters that cannot be seen, at most LONGEST; case stays as it is."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())[:LONGEST]
    seen = "".join(" " if unicodedata.category(letter) in ("Cc", "Zs") else letter for letter in _mended(text))
    return " ".join("".join(letter for letter in seen if letter not in _UNSEEN).split())[:LONGEST]


def _pairs(query: str) -> Iterator[tuple[str, str]]:
    """First of each key; values still encoded."""
    seen: set[str] = set()
    for part in query.split("&", MOST_PARTS)[:MOST_PARTS]:
        key, _equals, value = part.partition("=")
        key = key.lower()
        if value and key not in seen:
            seen.add(key)
            yield key, value


def _decoded(raw: str) -> str:
    once = _from_bytes(unquote_to_bytes(raw.replace("+", " ")))
    # A link that went through two programs is encoded twice.
    return _from_bytes(unquote_to_bytes(once)) if len(_TWICE.findall(once)) >= 2 else once


def _from_bytes(stated: bytes) -> str:
    for encoding in ENCODINGS:
        try:
            return stated.decode(encoding)
        except UnicodeDecodeError:
            continue
    return stated.decode("utf-8", "replace")


def _mended(text: str) -> str:
    """UTF-8 that somebody read as Latin-1 ("æ\x98¥") read again."""
    if text.isascii() or any(ord(letter) > 0xFF for letter in text):
        return text
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return text
