"""Host names as typed, and which hosts belong to a domain."""

from __future__ import annotations

import pytest

from tracking.hosts import host_of, is_within, readable


@pytest.mark.parametrize(
    ("typed", "host"),
    [
        ("www.example.co.jp", "www.example.co.jp"),
        (" https://WWW.Example.co.jp:8443/path?q#f ", "www.example.co.jp"),
        ("//t.example.jp", "t.example.jp"),
        ("www.例え.jp", "www.xn--r8jz45g.jp"),
        ("ｗｗｗ．ｅｘａｍｐｌｅ．ｊｐ", "www.example.jp"),
        ("example.jp.", "example.jp"),
    ],
)
def test_a_typed_address_becomes_the_browsers_spelling_of_its_host(typed, host):
    assert host_of(typed) == host


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "localhost",
        "203.0.113.7",
        "[::1]",
        "a b.jp",
        "-a.jp",
        "a..jp",
        "<script>.jp",
        "x" * 64 + ".jp",
        "a\x00.jp",
        "http://",
    ],
)
def test_what_is_no_host_name_is_refused(typed):
    with pytest.raises(ValueError, match="not a host name"):
        host_of(typed)


def test_a_host_reads_as_people_write_it():
    assert (readable("www.xn--r8jz45g.jp"), readable("www.example.jp")) == ("www.例え.jp", "www.example.jp")


@pytest.mark.parametrize(
    ("host", "within"), [("example.jp", True), ("shop.example.jp", True), ("notexample.jp", False), ("jp", False)]
)
def test_a_domain_holds_itself_and_what_is_below_it(host, within):
    assert is_within(host, ["example.jp"]) is within
