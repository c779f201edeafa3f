"""Scores and score models through the API."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from leads.actions import LeadInput, upsert_lead
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from scoring.actions import rescore
from scoring.default_model import DEFAULT
from scoring.tasks import build_scores
from tests.conftest import NOW
from tests.people import see
from tracking.catalogue import Event

MODEL = "/api/v1/scoring/models/default"


@pytest.fixture
def lead(acme: NewWorkspace) -> str:
    """A director who read two product pages."""
    with tenant_scope(acme.workspace):
        made = upsert_lead(LeadInput(email="taro@example.co.jp", job_title="部長"), by=None, now=NOW)
        see(made.lead_id or 0, Event.PAGE_VIEWED, about="/products/a")
        see(made.lead_id or 0, Event.PAGE_VIEWED, about="/products/b")
        rescore([made.lead_id or 0], now=NOW)
    return str(made.public_id)


def send(api: Client, method: str, path: str, body: Any) -> Any:
    return api.generic(method, path, json.dumps(body), content_type="application/json")


def test_the_score_has_every_line_that_makes_it_up(api: Client, lead: str) -> None:
    score = api.get(f"/api/v1/leads/{lead}/score").json()

    assert (score["total"], score["fit"], score["engagement"], score["cell"], score["hot"]) == (15, 5, 10, "B1", True)
    assert [(line["rule"], line["axis"], line["points"]) for line in score["lines"]] == [
        ("bucho", "fit", 5),
        ("product", "engagement", 5),
        ("product", "engagement", 5),
    ]
    assert score["lines"][1]["event"] is not None
    assert score["version"] == 1


def test_a_lead_carries_its_score(api: Client, lead: str) -> None:
    body = api.get(f"/api/v1/leads/{lead}").json()

    assert body["score"] == {"total": 15, "fit": 5, "engagement": 10, "cell": "B1", "hot": True}
    assert body["excluded"] is None


def test_a_draft_changes_nothing_until_it_is_published_and_built(api: Client, acme: NewWorkspace, lead: str) -> None:
    draft = {**DEFAULT, "fit": {"rules": []}}

    saved = send(api, "PUT", MODEL, draft)
    before = api.get(f"/api/v1/leads/{lead}/score").json()
    published = send(api, "POST", f"{MODEL}/publish", {})
    while api.get(f"{MODEL}/status").json()["state"] == "building":
        build_scores(acme.workspace.pk)

    after = api.get(f"/api/v1/leads/{lead}/score").json()
    assert (saved.status_code, published.status_code, published.json()["state"]) == (200, 202, "building")
    assert (before["total"], after["total"], after["version"]) == (15, 10, 2)


def test_a_bad_document_is_refused_at_its_path(api: Client, lead: str) -> None:
    answer = send(api, "PUT", MODEL, {**DEFAULT, "hot": {"any": [{"cells": ["Z9"]}]}})

    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == ["/hot/any/0/cells/0"]
    assert api.get(MODEL).json()["document"] == DEFAULT


def test_rolling_back_publishes_the_earlier_document_again(api: Client, acme: NewWorkspace, lead: str) -> None:
    send(api, "PUT", MODEL, {**DEFAULT, "fit": {"rules": []}})
    send(api, "POST", f"{MODEL}/publish", {})
    build_scores(acme.workspace.pk)

    answer = send(api, "POST", f"{MODEL}/rollback", {"version": 1})

    assert (answer.status_code, answer.json()["version"]) == (202, 3)
    assert api.get(MODEL).json()["document"] == DEFAULT


def test_another_workspace_sees_neither_score_nor_draft(api: Client, lead: str, globex: NewWorkspace) -> None:
    theirs = Client(headers={"authorization": f"Bearer {globex.api_key}"})
    send(api, "PUT", MODEL, {**DEFAULT, "fit": {"rules": []}})

    assert theirs.get(f"/api/v1/leads/{lead}/score").status_code == 404
    assert theirs.get(MODEL).json()["document"] == DEFAULT
