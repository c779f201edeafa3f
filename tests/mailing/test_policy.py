"""The decision at send time: its order, and what each kind of mail is held to."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mailing.policy import Defer, Go, Kind, Reason, Skip, Standing, decide

NOW = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
FINE = Standing(kind=Kind.MARKETING, queued_at=NOW, address="a@b.example", has_basis=True)
ORDER = [
    (Reason.FROZEN, {"frozen": True}),
    (Reason.GONE, {"lead_exists": False}),
    (Reason.NO_ADDRESS, {"address": ""}),
    (Reason.NO_SENDER, {"sender_complete": False}),
    (Reason.REFUSED, {"refused": True}),
    (Reason.NO_BASIS, {"has_basis": False}),
    (Reason.SUPPRESSED, {"suppressed": True}),
    (Reason.EXCLUDED, {"excluded": True}),
    (Reason.CAP, {"sent_recently": 5, "oldest_recent": NOW - timedelta(days=6)}),
    (Reason.QUIET, {"quiet_until": NOW + timedelta(hours=3)}),
    (Reason.MISSING, {"missing": ("lead.last_name",)}),
]


def test_nothing_against_it_goes() -> None:
    assert decide(FINE, now=NOW) == Go()


@pytest.mark.parametrize("index", range(len(ORDER)))
def test_the_first_no_in_the_fixed_order_is_stored(index: int) -> None:
    facts = {key: value for _, change in ORDER[index:] for key, value in change.items()}

    assert decide(replace(FINE, **facts), now=NOW).reason is ORDER[index][0]


def test_the_cap_defers_to_when_the_oldest_leaves_the_window() -> None:
    capped = replace(FINE, sent_recently=5, oldest_recent=NOW - timedelta(days=6))

    assert decide(capped, now=NOW) == Defer(Reason.CAP, NOW + timedelta(days=1))


def test_a_mail_deferred_past_its_lateness_is_skipped() -> None:
    late = replace(FINE, queued_at=NOW - timedelta(days=6, hours=22), quiet_until=NOW + timedelta(hours=3))

    assert decide(late, now=NOW) == Skip(Reason.LATE)


@pytest.mark.parametrize(
    "change",
    [{"has_basis": False}, {"refused": True}, {"excluded": True}, {"sender_complete": False}, {"sent_recently": 9}],
)
def test_operational_mail_needs_no_marketing_basis(change: dict[str, object]) -> None:
    assert decide(replace(FINE, kind=Kind.OPERATIONAL, **change), now=NOW) == Go()


def test_operational_mail_respects_suppression_and_the_freeze() -> None:
    operational = replace(FINE, kind=Kind.OPERATIONAL, suppressed=True)

    assert decide(operational, now=NOW) == Skip(Reason.SUPPRESSED)
    assert decide(replace(operational, kind=Kind.NOTICE), now=NOW) == Go()
    assert decide(replace(operational, kind=Kind.NOTICE, frozen=True), now=NOW) == Skip(Reason.FROZEN)


def test_the_missing_field_is_named() -> None:
    assert decide(replace(FINE, missing=("lead.a", "lead.b")), now=NOW) == Skip(Reason.MISSING, "lead.a")


def test_mails_on_their_way_fill_the_week_before_any_has_arrived() -> None:
    crowded = replace(FINE, sent_recently=5, oldest_recent=None)

    assert decide(crowded, now=NOW) == Defer(Reason.CAP, NOW + timedelta(days=7))
