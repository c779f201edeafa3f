"""Lines that cannot be written: each is set aside with its reason, every other is kept, and nobody waits for long."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.db import DatabaseError

from tests.tracking.collecting import NOW
from tests.tracking.test_drain import keep, rows
from tracking.actions import drain
from tracking.actions.drain import at_fault
from tracking.actions.sieve import Sieved, sieve
from tracking.collector import wiring
from tracking.collector.core import Entry
from tracking.collector.lines import Line
from tracking.collector.messages import message_uuid


def line(tenant_id: int, message_id: str, **more: object) -> bytes:
    made = Line(id=message_uuid(message_id), name=1, occurred_at=NOW, received_at=NOW, visitor="v1")
    for name, value in more.items():
        setattr(made, name, value)
    return made.encode(tenant_id)


def kept(tenant_id: int, raw: bytes) -> None:
    wiring.keeper().keep([Entry(f"{tenant_id} v1", raw)])


VARIED = "".join(chr(0x4E00 + n * 7_919 % 20_000) for n in range(1_990)).encode()  # an index packs what repeats
SPOILT = {
    "an address that is none": (lambda raw: raw.replace(b"203.0.113.7", b"203.0.113.700"), "ip: invalid input"),
    "a NUL": (lambda raw: raw.replace(b"v1", b"v\x001"), "a NUL"),
    "a NUL by its number": (lambda raw: raw.replace(b"v1", rb"v\0001"), "an escape"),
    "a NUL in JSON": (lambda raw: raw.replace(b'"x"', rb'"\\u0000"'), "props: unsupported Unicode escape"),
    "half a surrogate pair": (lambda raw: raw.replace(b'"x"', rb'"\\ud800"'), "props: invalid input syntax"),
    "bytes that are no text": (lambda raw: raw.replace(b"v1", b"v\xff1"), "not UTF-8"),
    "a surrogate as bytes": (lambda raw: raw.replace(b"v1", b"v\xed\xa0\x801"), "not UTF-8"),
    "a column too few": (lambda raw: raw.replace(b"\t", b" ", 1), "23 columns instead of 24"),
    "a backslash that eats the next line": (lambda raw: raw + b"\\", "an escape"),
    "a key past its column": (lambda raw: raw.replace(b"https://acme.jp/a", b"k" * 2_100), "key: value too long"),
    "a key past its index": (lambda raw: raw.replace(b"https://acme.jp/a", VARIED), "the key is too"),
    "a number past its column": (lambda raw: raw.replace(b"\t7\t", b"\t99999999999\t"), "duration: value"),
    "a moment that is none": (lambda raw: raw.replace(b"2026-11-20T03:00:00", b"2026-13-20T03:00:00"), "occurred_at:"),
    "a moment before the log": (lambda raw: raw.replace(b"2026-11-20", b"1999-11-20"), "no month of the log"),
}


@pytest.mark.parametrize(("spoil", "reason"), SPOILT.values(), ids=list(SPOILT))
def test_a_spoilt_line_is_set_aside_with_its_reason_and_its_neighbours_are_kept(acme, spoil, reason):
    tenant = acme.workspace.pk
    good = line(tenant, "m", ip="203.0.113.7", props={"a": "x"}, duration=7, kind="page", key="https://acme.jp/a")
    keep(tenant, "before")
    assert spoil(good) != good
    kept(tenant, spoil(good))
    keep(tenant, "after")

    drained = drain(now=NOW)

    assert (drained.seen, drained.written, drained.rejected) == (3, 2, 1)
    if reason != "23 columns instead of 24":  # the tenant's own column was spoilt: nobody to keep it for
        assert [told[: len(reason)] for (told,) in rows("SELECT reason FROM tracking_rejected")] == [reason]


def test_backslashes_of_honest_people_are_no_escapes(acme):
    tenant = acme.workspace.pk
    for number, text in enumerate((r"C:\x\0", "\\", r"\\x00", "a\\\n", r"\u0041")):
        kept(tenant, line(tenant, f"m{number}", subject_name=text, kind="page", key=f"k{number}", props={"a": text}))
    kept(tenant, line(tenant, "bad", ip="nonsense"))

    assert drain(now=NOW).rejected == 1
    assert rows("SELECT count(*) FROM tracking_event") == [(5,)]


def test_every_tenth_line_spoilt_costs_one_sieving_and_no_halving(acme, monkeypatch):
    tenant = acme.workspace.pk
    lines = [line(tenant, f"m{n}", ip="nonsense" if n % 10 == 0 else "") for n in range(500)]
    wiring.keeper().keep([Entry(f"{tenant} v1", one) for one in lines])
    tries: list[int] = []

    def counted(given: list[bytes]) -> Sieved:
        tries.append(len(given))
        return sieve(given)

    monkeypatch.setattr(import_module("tracking.actions.drain"), "sieve", counted)

    drained = drain(now=NOW)

    assert (drained.written, drained.rejected, tries) == (450, 50, [500])


def test_our_own_mistake_never_sets_lines_aside(acme, monkeypatch):
    monkeypatch.setattr("tracking.actions.staged.SUBJECTS", "SELECT nonsense FROM incoming")
    keep(acme.workspace.pk, "m1")

    with pytest.raises(DatabaseError) as caught:
        drain(now=NOW)

    assert not at_fault(caught.value)
