"""The pages of flows, through the browser's door."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from ma_platform.api.pages import encode
from ma_platform.tenancy.permissions import Role
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from nurturing import actions, queries
from nurturing.models import Flow

from . import world
from .world import END, NOON

SignIn = Callable[..., Client]
STEPS: dict[str, Any] = {"w": {"type": "wait", "for": {"days": 3}, "next": "done"}, "done": END}


@pytest.fixture
def flow(acme: NewWorkspace, globex: NewWorkspace) -> Flow:
    """A running flow with two leads in their wait."""
    with tenant_scope(acme.workspace):
        made = world.flow(STEPS)
        world.enter(made, world.people(2))
        actions.tick(now=NOON)
    return made


def test_the_list_shows_flows_with_their_counts_and_the_templates(sign_in: SignIn, flow: Flow) -> None:
    page = sign_in().get("/flows/").content.decode()

    assert "資料請求フォロー" in page
    assert "展示会フォロー" in page
    assert f"/flows/{flow.public_id}/runs/" in page


def test_a_list_counts_no_further_than_it_says(acme: NewWorkspace, flow: Flow) -> None:
    with tenant_scope(acme.workspace):
        actions.tick(now=NOON + timedelta(days=4))
        world.enter(flow, world.people(1, domain="late.example"))

        bounded, whole = queries.totals([flow.pk], most=0)[flow.pk], queries.totals([flow.pk])[flow.pk]

    assert (whole.live, whole.finished, whole.ended, whole.entered) == (1, 2, 0, 3)
    assert (bounded.live, bounded.finished, bounded.ended) == (1, 1, 0)


def test_the_canvas_page_draws_the_steps_and_polls_only_the_counts(sign_in: SignIn, flow: Flow) -> None:
    browser = sign_in()

    page = browser.get(f"/flows/{flow.public_id}/").content.decode()
    counts = browser.get(f"/flows/{flow.public_id}/", headers={"HX-Request": "true"}).content.decode()

    assert "<ma-flow-canvas" in page
    assert 'hx-trigger="every 5s"' in page
    assert "<ma-flow-canvas" not in counts
    assert f"/flows/{flow.public_id}/runs/?step=w" in counts
    numbers = counts.partition('id="flow-counts-now" type="application/json">')[2].partition("</script>")[0]
    assert json.loads(numbers)["w"] == {"waiting": 2, "entered": 2, "left": 0, "failed": 0, "skipped": 0}


def test_the_panel_of_a_step_says_what_it_does(sign_in: SignIn, flow: Flow) -> None:
    browser = sign_in()

    assert browser.get(f"/flows/{flow.public_id}/steps/w/").status_code == 200
    assert browser.get(f"/flows/{flow.public_id}/steps/nowhere/").status_code == 404


@pytest.mark.parametrize("key", ["document_request", "exhibition"])
def test_every_step_of_a_ready_made_flow_has_a_panel(sign_in: SignIn, acme: NewWorkspace, key: str) -> None:
    browser = sign_in()
    browser.post(f"/flows/templates/{key}/")
    with tenant_scope(acme.workspace):
        made = Flow.objects.get()

    answers = [browser.get(f"/flows/{made.public_id}/steps/{step}/").status_code for step in made.draft["steps"]]

    assert set(answers) == {200}
    assert browser.get(f"/flows/{made.public_id}/").status_code == 200


def test_the_runs_page_says_who_is_where(sign_in: SignIn, flow: Flow) -> None:
    page = sign_in().get(f"/flows/{flow.public_id}/runs/?step=w").content.decode()

    assert "山田0" in page
    assert "11月23日 12:00" in page


def test_a_bad_document_is_shown_with_its_path_and_keeps_what_was_typed(
    sign_in: SignIn, flow: Flow, acme: NewWorkspace
) -> None:
    steps = {**STEPS, "w": {"type": "wait", "for": {"days": 0}, "next": "done"}}
    typed = json.dumps({**flow.draft, "steps": steps})

    answer = sign_in().post(f"/flows/{flow.public_id}/document/", {"document": typed})

    assert answer.status_code == 422
    assert "/steps/w/for/days" in answer.content.decode()
    assert "&quot;days&quot;: 0" in answer.content.decode()
    with tenant_scope(acme.workspace):
        assert Flow.objects.get().draft["steps"] == STEPS


def test_what_is_no_json_is_refused_with_its_place(sign_in: SignIn, flow: Flow) -> None:
    answer = sign_in().post(f"/flows/{flow.public_id}/document/", {"document": '{"v": 1,\n oops}'})

    assert answer.status_code == 422
    assert "2" in answer.context["form"].errors["document"][0]


def test_the_document_is_saved_published_paused_and_resumed(sign_in: SignIn, flow: Flow, acme: NewWorkspace) -> None:
    browser = sign_in()
    draft = {**flow.draft, "name": "新しい名前"}

    browser.post(f"/flows/{flow.public_id}/document/", {"document": json.dumps(draft)})
    states = []
    for verb in ("publish", "pause", "resume"):
        browser.post(f"/flows/{flow.public_id}/{verb}/", {"overdue": "shift"} if verb == "resume" else {})
        with tenant_scope(acme.workspace):
            made = Flow.objects.get()
        states.append((made.state, made.published_no))

    assert states == [("running", 2), ("paused", 2), ("running", 2)]
    assert made.name_ja == "新しい名前"


@pytest.mark.parametrize("path", ["publish", "pause", "resume"])
def test_a_viewer_may_look_but_not_publish(sign_in: SignIn, flow: Flow, path: str) -> None:
    browser = sign_in(Role.VIEWER)

    assert browser.get(f"/flows/{flow.public_id}/").status_code == 200
    assert browser.post(f"/flows/{flow.public_id}/{path}/").status_code == 403


def test_another_workspace_s_flow_is_missing(sign_in: SignIn, globex: NewWorkspace) -> None:
    with tenant_scope(globex.workspace):
        theirs = world.flow(STEPS)

    browser = sign_in()

    assert browser.get(f"/flows/{theirs.public_id}/").status_code == 404
    assert browser.post(f"/flows/{theirs.public_id}/pause/").status_code == 404


@pytest.mark.parametrize("typed", ["[" * 100_000, '{"v": NaN}', '{"v": 1, "name": "\\u0000"}', '{"name": "\\ud800"}'])
def test_json_that_cannot_be_kept_is_refused(sign_in: SignIn, flow: Flow, typed: str) -> None:
    assert sign_in().post(f"/flows/{flow.public_id}/document/", {"document": typed}).status_code == 422


@pytest.mark.parametrize("cursor", ["9" * 5000, encode([2**63]), encode(["x"])])
def test_a_place_no_list_has_is_refused(sign_in: SignIn, flow: Flow, cursor: str) -> None:
    assert sign_in().get(f"/flows/{flow.public_id}/runs/?cursor={cursor}").status_code == 400


def test_an_event_counts_as_used_while_somebody_is_on_an_old_version_that_waits_for_it(acme: NewWorkspace) -> None:
    def naming() -> list[str]:
        return [name for _flow, name in queries.flows_naming(["form_submitted", "mail_opened", "deal_won"])]

    waiting = {"w": world.wait_for({"event": "form_submitted"}, days=9), "done": END, "no": END}
    with tenant_scope(acme.workspace):
        made = world.flow(waiting)
        world.enter(made, world.people(1))
        actions.tick(now=NOON)
        Flow.objects.update(draft={**made.draft, "steps": {**STEPS, "x": {"event": "mail_opened"}}})
        drafted = naming()
        made.versions.create(no=2, document={"event": "deal_won"}, published_at=NOON)
        Flow.objects.update(published_no=2, draft={})
        published = naming()
        actions.tick(now=NOON + timedelta(days=10))
        after = naming()

    assert (drafted, published, after) == (
        ["form_submitted", "mail_opened"],
        ["deal_won", "form_submitted"],
        ["deal_won"],
    )
