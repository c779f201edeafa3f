"""Hosts are looked at from outside: one that is slow costs its own time only, and so does a workspace of many."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from threading import Event, Thread

import pytest
from django.db import connections

from ma_platform import egress
from ma_platform.env import ENV
from ma_platform.tenancy.scope import tenant_scope
from tests.tracking.collecting import NOW
from tracking.actions import check_due, checking
from tracking.models import Domain

BETWEEN = 0.1  # seconds from byte to byte: each read is answered long before its own timeout
HEADERS = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"
Talk = Callable[[socket.socket], None]


@contextmanager
def host(monkeypatch: pytest.MonkeyPatch, talk: Talk) -> Iterator[str]:
    """The name of a host that answers whoever connects with `talk`, and may be reached."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        name = f"127.0.0.1:{listening.getsockname()[1]}"
        monkeypatch.setattr(egress, "ENV", replace(ENV, egress_allow=(name,)))
        answering = Thread(target=lambda: _answer(listening, talk))
        answering.start()
        yield name
    answering.join(5)
    assert not answering.is_alive()


def _answer(listening: socket.socket, talk: Talk) -> None:
    line, _peer = listening.accept()
    with line:
        line.recv(4096)
        talk(line)


def drip(first: bytes, byte: bytes) -> Talk:
    """A byte now and then until nobody listens any more, at most ten seconds."""

    def talk(line: socket.socket) -> None:
        line.sendall(first)
        until = time.monotonic() + 10
        try:
            while time.monotonic() < until:
                line.sendall(byte)
                time.sleep(BETWEEN)
        except OSError:
            return

    return talk


@pytest.mark.parametrize(
    ("scheme", "talk"),
    [
        ("http", drip(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"x")),
        ("http", drip(HEADERS, b"x")),
        ("https", drip(b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc", b"\0")),  # a record of 16 KB: greeting of a server
    ],
    ids=["header", "body", "certificate"],
)
def test_a_host_that_drips_is_cut_off(monkeypatch, scheme, talk):
    began = time.monotonic()

    with host(monkeypatch, talk) as name, pytest.raises(TimeoutError):
        egress.get(f"{scheme}://{name}/", timeout=5, within=0.4)

    assert time.monotonic() - began < 3


def test_a_name_nobody_resolves_is_given_up(monkeypatch):
    over = Event()
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: over.wait(10))
    began = time.monotonic()

    with pytest.raises(TimeoutError):
        egress.get("https://acme.example/", within=0.2)

    over.set()
    assert time.monotonic() - began < 3


def test_a_page_that_breaks_off_is_no_answer(monkeypatch):
    with host(monkeypatch, lambda line: line.sendall(HEADERS + b"half")) as name, pytest.raises(OSError, match="read"):
        egress.get(f"http://{name}/", within=5)


def test_what_comes_in_time_is_read_to_its_limit(monkeypatch):
    with host(monkeypatch, lambda line: line.sendall(HEADERS + b"x" * 100_000)) as name:
        answer = egress.get(f"http://{name}/", within=5, most=10)

    assert answer == egress.Answer(200, b"x" * 10)


def own(*hosts: str) -> None:
    Domain.objects.bulk_create(Domain(host=one, kind="site", added_at=NOW) for one in hosts)


@pytest.mark.django_db(transaction=True)
def test_a_workspace_of_many_hosts_lets_others_pass(acme, globex, monkeypatch):
    seen: list[str] = []

    def problem_of(one: checking.Due) -> str:
        seen.append(one.host)
        return ""

    monkeypatch.setattr(checking, "problem_of", problem_of)
    with tenant_scope(acme.workspace):
        own(*(f"s{number}.acme.jp" for number in range(5)))
    with tenant_scope(globex.workspace):
        own("www.globex.jp")

    looked = [check_due(now=NOW + timedelta(seconds=at)) for at in (0, 5, 10)]

    assert looked == [4, 2, 0]
    assert set(seen[:4]) == {"s0.acme.jp", "s1.acme.jp", "s2.acme.jp", "www.globex.jp"}


@pytest.mark.django_db(transaction=True)
def test_only_one_look_goes_on_at_a_time(acme, monkeypatch):
    found: list[int] = []

    def beside() -> None:
        found.append(check_due(now=NOW))
        connections.close_all()

    def meanwhile(one: checking.Due) -> str:
        other = Thread(target=beside)
        other.start()
        other.join()
        return "no_answer"

    monkeypatch.setattr(checking, "problem_of", meanwhile)
    with tenant_scope(acme.workspace):
        own(*(f"s{number}.acme.jp" for number in range(5)))

    assert [check_due(now=NOW), check_due(now=NOW)] == [3, 2]
    assert found == [0] * 5
