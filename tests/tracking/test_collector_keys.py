"""Whose key it is: what memory, the database and the disk say of it, and what is answered when they cannot say."""

from __future__ import annotations

import os
import stat
from base64 import b64encode
from collections.abc import Iterator, Mapping
from pathlib import Path

import orjson
import pytest

from tests.tracking.collecting import PUBLIC, SECRET, core, send
from tests.tracking.facing import both_doors
from tracking.collector import shelf
from tracking.collector.keys import KeysUnknown, KeyTable, Sender, Table
from tracking.collector.refusal import Refusal
from tracking.collector.shelf import Shelf

PAGE = {"anonymousId": "v1"}
US, THEM = Sender(1, trusted=True), Sender(2, trusted=True)


class Database:
    """As a KeyTable sees it: `away`, it answers nothing; `asked` are the keys it was asked for."""

    def __init__(self, keys: Mapping[str, Sender] | None = None) -> None:
        self.keys, self.away = keys or {}, False
        self.asked: list[str] = []

    def load(self) -> Table:
        if self.away:
            raise OSError("away")
        return Table({"wk": Sender(1)}, frozenset({"acme", "globex"}))

    def find(self, key: str) -> Sender | None:
        self.asked.append(key)
        if self.away:
            raise OSError("away")
        return self.keys.get(key)


def told_later(keys: KeyTable, guesses: list[str], *, at: float) -> int:
    """Of how many of them the sender was told to come again in a second, for they may not be asked for."""
    return sum(answer_to(keys, key, at) == (503, 1) for key in guesses)


def answer_to(keys: KeyTable, key: str, at: float) -> bool | tuple[int, int]:
    try:
        return keys.must_ask(key, at=at)
    except Refusal as refusal:
        return refusal.status, refusal.retry_after


def test_a_new_key_is_asked_for_once_and_strangers_cannot_flood_the_database():
    database = Database()
    keys = KeyTable(database.load, database.find)
    with pytest.raises(KeysUnknown):
        keys.known("a", at=0.0)
    keys.refresh()

    refused = told_later(keys, [f"guess{n}" for n in range(50)], at=0.5)
    keys.ask("guess0", at=0.5)
    keys.ask("guess0", at=0.6)

    assert refused == 30
    assert keys.must_ask("guess0", at=1.6) is False
    assert database.asked == ["guess0"]


def test_who_guesses_at_one_workspace_or_at_none_leaves_look_ups_to_the_others():
    database = Database()
    keys = KeyTable(database.load, database.find)
    keys.refresh()

    refused = [
        told_later(keys, [f"{start}{n}" for n in range(50)], at=0.5) for start in ("guess", "ma_acme_", "ma_nobody_")
    ]

    assert refused == [30, 40, 50]
    assert keys.must_ask("ma_globex_new", at=0.5) is True


def test_a_good_secret_key_is_asked_for_again_however_many_guess():
    keys = KeyTable(Table, lambda key: US if key == SECRET else None)
    keys.refresh()
    keys.ask(SECRET, at=0.0)

    refused = told_later(keys, [f"guess{n}" for n in range(50)], at=9.0)

    assert refused == 30
    assert keys.known(SECRET, at=9.0) is None
    assert keys.must_ask(SECRET, at=9.0) is True


def test_keys_survive_a_database_that_is_away():
    database = Database({"ma_acme_1": US})
    keys = KeyTable(database.load, database.find)
    refreshed = keys.refresh()
    keys.ask("ma_acme_1", at=0.0)

    database.away = True

    assert (refreshed, keys.refresh()) == (True, False)
    assert [keys.known(key, at=9.0) for key in ("wk", "ma_acme_1")] == [Sender(1), US]


@pytest.mark.parametrize("key", ["ma_acme_1", "ma_acme_wrong", "wk_wrong"])
def test_of_a_key_that_cannot_be_looked_up_nothing_is_said(key):
    database = Database({"ma_acme_1": US})
    keys = KeyTable(database.load, database.find)
    keys.refresh()
    database.away = True

    with pytest.raises(Refusal) as asked:
        keys.ask(key, at=0.0)
    with pytest.raises(Refusal) as another:
        keys.must_ask("ma_globex_1", at=0.1)

    assert {(told.value.status, told.value.retry_after) for told in (asked, another)} == {(503, 1)}
    assert database.asked == [key], "one who waited in vain is enough"


def test_a_database_that_is_back_is_asked_again():
    database = Database({"ma_acme_1": US})
    keys = KeyTable(database.load, database.find)
    keys.refresh()
    database.away = True
    with pytest.raises(Refusal):
        keys.ask("ma_acme_1", at=0.0)

    database.away = False
    keys.refresh()

    assert keys.must_ask("ma_acme_1", at=0.5) is True
    assert keys.ask("ma_acme_1", at=0.5) == US


def test_a_post_whose_key_cannot_be_looked_up_is_not_acknowledged():
    used = core()
    used.keys.must_ask("guess", at=0.0)
    told_later(used.keys, [f"guess{n}" for n in range(50)], at=0.0)

    with pytest.raises(Refusal) as refusal:
        send("/v1/page", PAGE, key="ma_acme_new", using=used)

    assert refusal.value.status == 503
    assert len(send("/v1/page", PAGE, key=PUBLIC, using=used)) == 1
    assert send("/v1/page", PAGE, key="ma_acme_wrong", using=used, at=2.0) == []


def test_a_look_up_that_fails_leaves_nothing_behind():
    def find(key: str) -> Sender | None:
        raise ValueError("unforeseen")

    keys = KeyTable(Table, find)
    keys.refresh()
    with pytest.raises(ValueError, match="unforeseen"):
        keys.ask("guess", at=0.0)

    assert told_later(keys, ["guess"] * 50, at=0.0) == 30


@pytest.mark.parametrize("key", ["ma_acme_\0", "ma_acme_鍵", "x" * 201, "", "a\nb"])
def test_what_no_key_can_be_is_never_asked_for(key):
    keys = KeyTable(Table, lambda key: US)
    keys.refresh()

    assert keys.must_ask(key, at=0.0) is False


@pytest.mark.parametrize("key", ["ma_acme_\0", "x" * 201])
def test_a_header_with_no_key_in_it_is_refused(key):
    with pytest.raises(Refusal, match="not Basic"):
        send("/v1/page", PAGE, key=key)


@both_doors
@pytest.mark.django_db(transaction=True)
def test_a_nul_in_a_key_is_no_error_of_ours(ask):
    basic = "Basic " + b64encode(b"ma_acme_\0:").decode()

    answers = [
        ask("POST", "/v1/page", PAGE, authorization=basic)[0],
        ask("POST", "/v1/page", {**PAGE, "writeKey": "ma_acme_\0"})[0],
        ask("GET", "/t.gif?k=ma_acme_%00")[0],
    ]

    assert answers == [400, 200, 200]


@pytest.fixture
def kept(scratch: Path) -> Iterator[Path]:
    """What a process has left that knew its keys."""
    path = scratch / "held" / "keys.json"
    database = Database({SECRET: US})
    keys = KeyTable(database.load, database.find, Shelf(path))
    keys.refresh()
    keys.ask(SECRET, at=0.0)
    yield path
    assert list(path.parent.iterdir()) == [path]


def started_away(path: Path) -> KeyTable:
    database = Database()
    database.away = True
    keys = KeyTable(database.load, database.find, Shelf(path))
    keys.refresh()
    return keys


def test_a_process_that_starts_without_the_database_knows_the_public_keys(kept):
    keys = started_away(kept)

    assert keys.known("wk", at=0.0) == Sender(1)
    with pytest.raises(Refusal):
        keys.must_ask("wk_new", at=0.0)


def test_only_public_keys_lie_on_the_disk_and_only_we_read_them(kept):
    assert orjson.loads(kept.read_bytes())["tenants"] == {"wk": 1}
    assert stat.S_IMODE(os.stat(kept).st_mode) == 0o600


def test_keys_of_yesterday_are_not_believed(kept, monkeypatch):
    later = shelf.time.time() + 24 * 3600 + 1
    monkeypatch.setattr(shelf.time, "time", lambda: later)

    with pytest.raises(KeysUnknown):
        started_away(kept).known("wk", at=0.0)


@pytest.mark.parametrize("content", [b"", b"[]", b'{"at": 1}', b'{"at": 9e9, "tenants": {"wk": "x"}}'])
def test_a_file_that_is_none_of_ours_tells_nothing(kept, content):
    kept.write_bytes(content)

    with pytest.raises(KeysUnknown):
        started_away(kept).known("wk", at=0.0)


def test_a_disk_that_refuses_costs_nobody_anything(scratch):
    (scratch / "held").write_text("no folder")
    database = Database()
    keys = KeyTable(database.load, database.find, Shelf(scratch / "held" / "keys.json"))

    assert keys.refresh() is True
    assert keys.known("wk", at=0.0) == Sender(1)
