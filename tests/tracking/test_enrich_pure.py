"""Agents and places by themselves: what a user agent names, and a GeoIP file that is really read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from mmdb_writer import MMDBWriter
from netaddr import IPSet

from ma_platform.env import WrongSetting, read
from tracking.actions.enrich import first_language
from tracking.agents import Device, describe
from tracking.places import PREFECTURES, Atlas, Place, WrongAtlas, prefecture_name

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.0 Mobile/15E148 Safari/604.1"
)
ANDROID = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0"
TOKYO: Mapping[str, object] = {"country": {"iso_code": "JP"}, "subdivisions": [{"iso_code": "13"}]}


def write_atlas(path: Path, networks: Mapping[str, Mapping[str, object]]) -> Path:
    """A real MMDB file, put in place in one step as operators' updaters do."""
    writer = MMDBWriter(ip_version=6, ipv4_compatible=True, database_type="Test-City")
    for network, record in networks.items():
        writer.insert_network(IPSet([network]), dict(record))
    half = path.with_suffix(".half")
    writer.to_db_file(str(half))
    return half.rename(path)


@pytest.mark.parametrize(
    ("ua", "expected"),
    [
        (f"{WINDOWS} Safari/537.36 Edg/130.0", Device("desktop", "Windows", "Edge")),
        (IPHONE, Device("mobile", "iOS", "Safari")),
        (f"{ANDROID} Mobile Safari/537.36", Device("mobile", "Android", "Chrome")),
        (f"{ANDROID} Safari/537.36", Device("tablet", "Android", "Chrome")),
        ("Mozilla/5.0 (compatible; Googlebot/2.1)", Device("other", "", "Googlebot")),
        ("\x00\u202e😀" * 100, Device("other", "", "")),
        ("", Device()),
    ],
)
def test_a_user_agent_names_device_system_and_browser(ua, expected):
    assert describe(ua) == expected


def test_a_place_is_read_from_the_file(tmp_path):
    path = write_atlas(
        tmp_path / "geo.mmdb",
        {"203.0.113.0/24": TOKYO, "2001:db8::/32": TOKYO, "198.51.100.0/24": {"country_code": "us"}},
    )

    atlas = Atlas(path)

    assert atlas.place("203.0.113.9") == Place("JP", "東京都")
    assert atlas.place("2001:db8::1") == Place("JP", "東京都")
    assert atlas.place("198.51.100.1") == Place("US", "")
    assert (atlas.place("192.0.2.1"), atlas.place(""), atlas.place("no")) == (Place(), Place(), Place())


def test_the_file_tells_carriers_and_gateways(tmp_path):
    path = write_atlas(
        tmp_path / "geo.mmdb",
        {
            "203.0.113.0/24": {**TOKYO, "traits": {"user_type": "cellular"}},
            "198.51.100.0/24": {"traits": {"is_anonymous_vpn": True}},
        },
    )

    atlas = Atlas(path)

    assert atlas.place("203.0.113.9") == Place("JP", "東京都", "carrier")
    assert atlas.place("198.51.100.1").kind == "gateway"


def test_a_changed_file_is_read_again(tmp_path):
    path = write_atlas(tmp_path / "geo.mmdb", {"203.0.113.0/24": {"country": {"iso_code": "US"}}})
    atlas = Atlas(path)
    before = atlas.place("203.0.113.9")

    write_atlas(path, {"203.0.113.0/24": TOKYO})

    assert (before, atlas.refresh(), atlas.place("203.0.113.9")) == (Place("US"), True, Place("JP", "東京都"))
    assert atlas.refresh() is False


def test_a_half_copied_file_leaves_the_one_in_use(tmp_path):
    path = write_atlas(tmp_path / "geo.mmdb", {"203.0.113.0/24": TOKYO})
    atlas = Atlas(path)
    path.write_bytes(b"half")

    with pytest.raises(WrongAtlas):
        atlas.refresh()

    assert atlas.place("203.0.113.9") == Place("JP", "東京都")


def test_without_a_file_nothing_is_known():
    assert Atlas(None).place("203.0.113.9") == Place()


def test_prefectures_have_both_names():
    assert len(PREFECTURES) == 47
    assert PREFECTURES["JP-13"] == ("東京都", "Tokyo")
    assert PREFECTURES["JP-47"] == ("沖縄県", "Okinawa")
    assert (prefecture_name("京都府", "en"), prefecture_name("京都府", "ja")) == ("Kyoto", "京都府")


@pytest.mark.parametrize(
    ("stated", "expected"),
    [("ja-jp,en;q=0.8", "ja-JP"), ("EN_us", "en-US"), ("zh-hant-tw", "zh-Hant-TW"), ("<script>", ""), ("", "")],
)
def test_a_language_is_the_first_that_is_asked_for(stated, expected):
    assert first_language(stated) == expected


def test_a_wrong_geoip_file_stops_the_start_and_names_the_variable(tmp_path):
    path = write_atlas(tmp_path / "geo.mmdb", {"203.0.113.0/24": TOKYO})
    (tmp_path / "text").write_text("no atlas")

    assert read({"GEOIP": str(path)}).geoip == path
    assert read({}).geoip is None
    with pytest.raises(WrongSetting, match="GEOIP: cannot read"):
        read({"GEOIP": str(tmp_path / "nowhere.mmdb")})
    with pytest.raises(WrongSetting, match=r"GEOIP: .* is no MMDB file"):
        read({"GEOIP": str(tmp_path / "text")})
