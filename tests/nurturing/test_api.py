"""`/api/v1/flows` through the API's door."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from leads.models import Lead
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from nurturing import actions
from nurturing.models import Flow

from . import world
from .world import END, NOON

DOCUMENT: dict[str, Any] = {
    "v": 1,
    "name": {"ja": "ご案内", "en": "Invitation"},
    "trigger": {"type": "manual"},
    "start": "w",
    "steps": {"w": {"type": "wait", "for": {"days": 3}, "next": "done"}, "done": END},
}
JSON = "application/json"


@pytest.fixture
def made(api: Client) -> str:
    """The id of a published flow."""
    flow_id: str = api.post("/api/v1/flows", DOCUMENT, content_type=JSON).json()["id"]
    assert api.post(f"/api/v1/flows/{flow_id}/publish", {}, content_type=JSON).status_code == 200
    return flow_id


def test_a_flow_is_made_changed_and_published(api: Client) -> None:
    created = api.post("/api/v1/flows", DOCUMENT, content_type=JSON)
    path = f"/api/v1/flows/{created.json()['id']}"
    lonely = {**DOCUMENT, "steps": {**DOCUMENT["steps"], "x": END}}

    changed = api.put(path, lonely, content_type=JSON)
    published = api.post(f"{path}/publish", {}, content_type=JSON)

    assert created.status_code == 201
    assert created.json()["state"] == "draft"
    assert changed.json()["warnings"] == ["/steps/x: このステップへ進む道がありません。"]
    assert published.json()["published_version"] == 1
    assert api.get(path).json()["state"] == "running"
    assert [flow["id"] for flow in api.get("/api/v1/flows").json()["results"]] == [created.json()["id"]]


def test_every_problem_of_a_document_is_answered_at_its_path(api: Client, acme: NewWorkspace) -> None:
    steps = {"w": {"type": "wait", "for": {"days": 0}, "next": "done"}, "done": {"type": "end", "x": 1}}

    answer = api.post("/api/v1/flows", {**DOCUMENT, "steps": steps}, content_type=JSON)

    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid_document"
    assert sorted(answer.json()["errors"]) == ["/steps/done/x", "/steps/w/for/days"]
    with tenant_scope(acme.workspace):
        assert Flow.objects.count() == 0


def test_leads_enter_and_are_found_again(api: Client, made: str, acme: NewWorkspace) -> None:
    with tenant_scope(acme.workspace):
        (lead_id,) = world.people(1)
        lead = Lead.objects.get(pk=lead_id).public_id

    entered = api.post(f"/api/v1/flows/{made}/runs", {"leads": [lead]}, content_type=JSON)
    again = api.post(f"/api/v1/flows/{made}/runs", {"leads": [lead]}, content_type=JSON)
    with tenant_scope(acme.workspace):
        actions.tick(now=NOON.replace(year=2030))

    assert (entered.status_code, entered.json()) == (201, {"entered": 1, "refused": 0})
    assert again.json() == {"entered": 0, "refused": 1}
    (run,) = api.get(f"/api/v1/flows/{made}/runs").json()["results"]
    assert (run["lead"], run["state"], run["step"]) == (lead, "waiting", "w")
    (of_lead,) = api.get(f"/api/v1/leads/{lead}/runs").json()["results"]
    assert of_lead["flow"] == made
    stats = api.get(f"/api/v1/flows/{made}/stats").json()
    assert stats["runs"] == {"entered": 1, "live": 1, "finished": 0, "ended": 0}
    assert stats["refused"] == 1
    assert stats["steps"] == {"w": {"entered": 1, "waiting": 1, "left": 0, "failed": 0, "skipped": 0}}


def test_pause_and_resume_say_how_many_runs_they_touched(api: Client, made: str) -> None:
    paused = api.post(f"/api/v1/flows/{made}/pause", {}, content_type=JSON)
    twice = api.post(f"/api/v1/flows/{made}/pause", {}, content_type=JSON)
    resumed = api.post(f"/api/v1/flows/{made}/resume", {"overdue": "late"}, content_type=JSON)

    assert (paused.json()["state"], paused.json()["runs"]) == ("paused", 0)
    assert (twice.status_code, twice.json()["code"]) == (422, "flow_state")
    assert resumed.json()["state"] == "running"


def test_unknown_leads_and_unknown_fields_are_refused(api: Client, made: str) -> None:
    unknown = api.post(f"/api/v1/flows/{made}/runs", {"leads": ["lead_none"]}, content_type=JSON)
    field = api.post(f"/api/v1/flows/{made}/publish", {"migrate": []}, content_type=JSON)

    assert unknown.status_code == 422
    assert field.status_code == 422


def test_another_workspace_s_flow_is_missing(api: Client, globex: NewWorkspace) -> None:
    with tenant_scope(globex.workspace):
        theirs = world.flow({"done": END}).public_id

    assert api.get(f"/api/v1/flows/{theirs}").status_code == 404
    assert api.put(f"/api/v1/flows/{theirs}", DOCUMENT, content_type=JSON).status_code == 404
    assert api.get("/api/v1/flows").json()["results"] == []
