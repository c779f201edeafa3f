"""Where an address is, by a GeoIP file (MMDB) of the operator's; without one nothing is known. Pure.

atlas = Atlas(Path("/data/GeoLite2-City.mmdb"))
atlas.refresh()                      # opens the file again when it has been replaced
atlas.place("203.0.113.9")           # Place("JP", "東京都")
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import maxminddb
import orjson

DATA = Path(__file__).resolve().parent / "data" / "prefectures.json"
# ISO 3166-2:JP, JP-01 (北海道) to JP-47 (沖縄県): Japanese and English name.
PREFECTURES: Mapping[str, tuple[str, str]] = {
    f"JP-{number:02}": (ja, en) for number, (ja, en) in enumerate(orjson.loads(DATA.read_bytes()), start=1)
}
# What GeoIP files say of a network that is nobody's office.
CARRIERS = frozenset({"cellular", "residential", "mobile", "dialup", "cafe", "traveler", "isp"})
GATEWAYS = frozenset({"hosting", "content_delivery_network", "search_engine_spider", "vpn", "proxy", "tor"})
HIDDEN = ("is_anonymous", "is_anonymous_vpn", "is_hosting_provider", "is_public_proxy", "is_tor_exit_node")


@dataclass(frozen=True, slots=True)
class Place:
    """`country` as ISO 3166-1 ("JP"), `prefecture` as leads have it ("東京都"), "" when not known.

    `kind`: "carrier" or "gateway" when the file says that the network is a provider's and no company's, else "".
    """

    country: str = ""
    prefecture: str = ""
    kind: str = ""


NOWHERE = Place()


class WrongAtlas(ValueError):
    """The file is no GeoIP database."""


class Atlas:
    """A GeoIP file that is read again when it changes; `None` knows no place."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._stamp: tuple[int, int, int] | None = None
        self._reader: maxminddb.Reader | None = None
        self.place = lru_cache(maxsize=50_000)(self._place)
        self.refresh()

    def refresh(self) -> bool:
        """True when the file was opened anew. Raises WrongAtlas; a file that is away leaves the last one in use."""
        stamp = self._seen()
        if stamp is None or stamp == self._stamp:
            return False
        assert self._path is not None
        try:
            # In memory: a file that is overwritten in place must not change under the reader.
            reader = maxminddb.open_database(self._path, maxminddb.MODE_MEMORY)
        except (OSError, maxminddb.InvalidDatabaseError) as error:
            raise WrongAtlas(str(error)) from None
        self._reader, self._stamp = reader, stamp
        self.place.cache_clear()
        return True

    def _seen(self) -> tuple[int, int, int] | None:
        if self._path is None:
            return None
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino

    def _place(self, ip: str) -> Place:
        if self._reader is None or not ip:
            return NOWHERE
        try:
            found = self._reader.get(ip)
        except ValueError:  # an IPv6 address in a file of IPv4, or no address
            return NOWHERE
        return read_place(found) if isinstance(found, dict) else NOWHERE


def read_place(found: Mapping[str, Any]) -> Place:  # Any: a record of the file
    """A record of GeoIP2/GeoLite2 shape, or of the flat shape of other makers ({"country_code": "JP"})."""
    country = _text(_within(found, "country").get("iso_code") or found.get("country_code") or found.get("country"))
    parts = found.get("subdivisions")
    first = parts[0] if isinstance(parts, list) and parts and isinstance(parts[0], dict) else {}
    code = _text(first.get("iso_code") or found.get("region_code"))
    return Place(country[:2].upper(), _prefecture(country, code), _kind(found))


def _prefecture(country: str, code: str) -> str:
    key = code if code.startswith("JP-") else f"JP-{code.zfill(2)}"
    return PREFECTURES[key][0] if country.upper() == "JP" and key in PREFECTURES else ""


def prefecture_name(prefecture: str, language: str) -> str:
    """prefecture_name("東京都", "en") == "Tokyo"; what is no prefecture stays as it is."""
    return prefecture if language.startswith("ja") else _ENGLISH.get(prefecture, prefecture)


_ENGLISH = dict(PREFECTURES.values())


def _kind(found: Mapping[str, Any]) -> str:  # Any: a record of the file
    traits = _within(found, "traits")
    said = {_text(traits.get(key) or found.get(key)).lower() for key in ("user_type", "connection_type", "type")}
    if said & GATEWAYS or any(traits.get(key) is True or found.get(key) is True for key in HIDDEN):
        return "gateway"
    return "carrier" if said & CARRIERS else ""


def _within(found: Mapping[str, Any], key: str) -> Mapping[str, Any]:  # Any: a record of the file
    inner = found.get(key)
    return inner if isinstance(inner, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
