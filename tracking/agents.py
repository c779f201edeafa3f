"""What kind of device, system and browser a user agent names; the patterns are ua-parser's. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

DEVICES = ("desktop", "mobile", "tablet", "other")
DESKTOPS = frozenset({"Windows", "Mac OS X", "Linux", "Ubuntu", "Debian", "Fedora", "Chrome OS", "FreeBSD", "OpenBSD"})
PHONES = frozenset({"iOS", "Android", "Windows Phone", "KaiOS", "HarmonyOS", "BlackBerry OS", "Tizen"})
NAMES = {"Mac OS X": "macOS", "Mobile Safari": "Safari", "Chrome Mobile": "Chrome", "Firefox Mobile": "Firefox"}
LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class Device:
    """`kind` is one of DEVICES, or "" when no user agent was sent. `os`, `browser`: names without versions, or ""."""

    kind: str = ""
    os: str = ""
    browser: str = ""


@lru_cache(maxsize=10_000)
def describe(ua: str) -> Device:
    """describe("Mozilla/5.0 (iPhone; …) … Safari/604.1") == Device("mobile", "iOS", "Safari")."""
    if not ua.strip():
        return Device()
    from ua_parser import parse  # loads its patterns: a tenth of a second that only the workers need

    found = parse(ua)
    os = found.os.family if found.os else ""
    model = found.device.family if found.device else ""
    browser = found.user_agent.family if found.user_agent else ""
    return Device(_kind(ua, os, model), _name(os), _name(browser))


def _kind(ua: str, os: str, model: str) -> str:
    if model == "Spider":
        return "other"
    if model == "iPad" or (os == "Android" and "Mobile" not in ua) or "Tablet" in ua:
        return "tablet"
    if os in PHONES:
        return "mobile"
    return "desktop" if os in DESKTOPS else "other"


def _name(family: str) -> str:
    return "" if family == "Other" else NAMES.get(family, family)[:LONGEST_NAME]
