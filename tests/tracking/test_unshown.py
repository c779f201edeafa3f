"""The proof of an identify message and the token of a mail's link: read by who judges them, shown to nobody."""

from __future__ import annotations

from datetime import timedelta

import orjson
import pytest

from conditions import ConditionRefused, parse
from leads.proofs import user_hash
from ma_platform.db import sql
from ma_platform.tenancy.queries import settings_of
from ma_platform.tenancy.scope import tenant_scope
from tests.tracking.collecting import NOW
from tracking.actions import record, run_consumers
from tracking.catalogue import CONSUMERS, Event, Fact, consumes
from tracking.debugging import debug_rows
from tracking.models import Visitor
from tracking.queries import arrivals, kept_about, timeline
from tracking.queries.portable import EVENTS

SHOWN = {"user_id": "C-1", "traits": {}, "trusted": False}


@pytest.fixture
def identified(acme) -> str:
    """A browser that was believed by its proof; returns the proof."""
    with tenant_scope(acme.workspace):
        proof = user_hash(settings_of().identify_secret, "C-1")
        record(Event.PAGE_VIEWED, visitor="v1", at=NOW, props={"click_token": "ma-token", "kept": 1})
        record(Event.IDENTIFIED, visitor="v1", at=NOW + timedelta(minutes=1), props={**SHOWN, "user_hash": proof})
    run_consumers(now=NOW + timedelta(minutes=2))
    return proof


@pytest.mark.django_db(transaction=True)
def test_a_believed_proof_binds_and_is_shown_nowhere(acme, identified):
    with tenant_scope(acme.workspace):
        lead = Visitor.objects.get().lead_id
        told = [entry.as_json()["properties"] for entry in timeline(lead_id=lead)]
        raw = [row.raw for row in debug_rows(arrivals(now=NOW), [])]
        kept = sql.run(EVENTS, lead_ids=[lead]).values()
        asked = orjson.dumps(kept_about("v1")).decode()
        stored = sql.run("SELECT count(*) FROM tracking_event WHERE props ? 'user_hash'").value()

    everything = " ".join([*map(str, told), *raw, *kept, asked])
    assert (lead is not None, stored) == (True, 1)
    assert SHOWN in told
    assert {"kept": 1} in told
    assert (identified in everything, "ma-token" in everything) == (False, False)


@pytest.mark.django_db(transaction=True)
def test_other_consumers_get_neither(acme):
    heard: list[Fact] = []

    @consumes(Event.IDENTIFIED, Event.PAGE_VIEWED, name="curious")
    def read(facts, now):
        heard.extend(facts)

    try:
        with tenant_scope(acme.workspace):
            record(Event.PAGE_VIEWED, visitor="v1", at=NOW, props={"click_token": "t", "hit": {"ip": "x"}, "kept": 1})
            record(Event.IDENTIFIED, visitor="v1", at=NOW, props={**SHOWN, "user_hash": "h"})
        run_consumers(now=NOW, only=["curious"])
    finally:
        del CONSUMERS["curious"]

    assert sorted([fact.props for fact in heard], key=len) == [{"kept": 1}, SHOWN]


@pytest.mark.parametrize("key", ["hit", "user_hash", "click_token"])
def test_no_condition_can_guess_at_them(in_acme, key):
    with pytest.raises(ConditionRefused):
        parse(
            {
                "event": "identified",
                "where": {"field": f"properties.{key}", "op": "starts_with", "value": "a"},
            }
        )
