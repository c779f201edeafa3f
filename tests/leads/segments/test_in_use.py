"""A segment is put away only when nothing asks about it, and nothing can ask about one that never was."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse

from conditions import ConditionRefused, compile, parse
from leads.actions import LeadInput, segments, upsert_lead
from leads.actions.saved_views import save_view
from leads.actions.segments import SegmentInUse
from leads.models import Segment
from lifecycle.actions.assignment_design import RuleInput, save_rule, switch_rule
from ma_platform.errors import Refused
from ma_platform.tenancy.permissions import Capability, Role
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from nurturing.actions import create_flow, publish
from nurturing.language import FlowRefused
from scoring.actions import save_draft
from scoring.default_model import DEFAULT
from tests.conftest import NOW

Asking = Callable[[NewWorkspace, str], object]
SignIn = Callable[..., Client]
END = {"done": {"type": "end"}}


def within(segment: str) -> dict[str, Any]:
    """Somewhere in a condition."""
    return {"any": [{"field": "lead.phone", "op": "is_set"}, {"not": {"segment": segment}}]}


def another(acme: NewWorkspace, segment: str) -> object:
    return segments.create_segment("使う側", within(segment), by=None, now=NOW)


def shared_view(acme: NewWorkspace, segment: str) -> object:
    return save_view("使う側", {"condition": within(segment)}, by=acme.owner, now=NOW, shared=True)


def rule(acme: NewWorkspace, segment: str) -> object:
    said = RuleInput(name="使う側", whom="account", condition=within(segment))
    made = save_rule(None, said, by=acme.owner, now=NOW)
    switch_rule(made, enabled=False, by=acme.owner, now=NOW)
    return made


def draft_of_scores(acme: NewWorkspace, segment: str) -> object:
    rules = [{"key": "kept", "name": "使う側", "when": within(segment), "points": 2}]
    return save_draft("default", {**DEFAULT, "fit": {"rules": rules}}, by=acme.owner, now=NOW)


def left_out_of_scores(acme: NewWorkspace, segment: str) -> object:
    exclude = [{"reason": "使う側", "when": within(segment)}]
    return save_draft("default", {**DEFAULT, "exclude": exclude}, by=acme.owner, now=NOW)


def started(acme: NewWorkspace, segment: str) -> object:
    trigger = {"type": "segment_left", "segment": segment}
    return create_flow({"v": 1, "name": "使う側", "trigger": trigger, "start": "done", "steps": END}, by=None, now=NOW)


def branch(acme: NewWorkspace, segment: str) -> object:
    branches = [{"name": "該当", "when": within(segment), "next": "done"}]
    steps = {"b": {"type": "branch", "branches": branches, "else": "done"}, **END}
    document = {"v": 1, "name": "使う側", "trigger": {"type": "manual"}, "start": "b", "steps": steps}
    made = create_flow(document, by=None, now=NOW)
    publish(made, by=None, now=NOW)
    return made


EVERY = [
    (another, "セグメント", None),
    (shared_view, "ビュー", None),
    (rule, "割り当てルール", Capability.DESIGN_LEADS),
    (draft_of_scores, "スコアのルール", Capability.VIEW_SCORING),
    (left_out_of_scores, "採点しない相手", Capability.VIEW_SCORING),
    (started, "シナリオ", Capability.VIEW_FLOWS),
    (branch, "シナリオ", Capability.VIEW_FLOWS),
]


@pytest.fixture
def kept(in_acme: NewWorkspace) -> Segment:
    return segments.create_segment("名刺", None, by=None, now=NOW)


@pytest.mark.parametrize(("asking", "kind", "capability"), EVERY)
def test_what_is_asked_about_stays_and_says_who_asks(
    kept: Segment, in_acme: NewWorkspace, asking: Asking, kind: str, capability: Capability | None
) -> None:
    asking(in_acme, kept.public_id)

    with pytest.raises(SegmentInUse) as refused:
        segments.archive_segment(kept, by=None, now=NOW)
    with pytest.raises(SegmentInUse) as unseen:
        segments.archive_segment(kept, by=None, now=NOW, can=frozenset(Capability) - {capability})

    assert [(str(use.kind), use.name) for use in refused.value.uses] == [(kind, "使う側")]
    assert (len(unseen.value.uses), unseen.value.more) == ((1, 0) if capability is None else (0, 1))
    assert Segment.objects.get(pk=kept.pk).archived_at is None


@pytest.mark.parametrize("asking", [shared_view, rule, draft_of_scores, started, branch])
def test_what_asks_about_another_one_is_no_hindrance(kept: Segment, in_acme: NewWorkspace, asking: Asking) -> None:
    asking(in_acme, segments.create_segment("別", None, by=None, now=NOW).public_id)
    save_view("自分だけ", {"condition": within(kept.public_id)}, by=in_acme.owner, now=NOW)

    segments.archive_segment(kept, by=None, now=NOW)

    assert Segment.objects.get(pk=kept.pk).archived_at == NOW


def test_the_page_leads_to_what_asks(acme: NewWorkspace, sign_in: SignIn) -> None:
    with tenant_scope(acme.workspace):
        kept = segments.create_segment("名刺", None, by=None, now=NOW)
        view = save_view("商談前", {"condition": {"segment": kept.public_id}}, by=acme.owner, now=NOW, shared=True)
    client = sign_in()

    answer = client.post(reverse("leads:segment_archive", args=[kept.public_id]), {"confirm": "名刺"})

    text = answer.content.decode()
    assert (answer.status_code, "商談前" in text, f"?view={view.public_id}" in text) == (422, True, True)
    assert client.get(reverse("leads:segment", args=[kept.public_id])).status_code == 200


def test_the_api_names_what_asks(acme: NewWorkspace, api: Client) -> None:
    with tenant_scope(acme.workspace):
        kept = segments.create_segment("名刺", None, by=None, now=NOW)
        shared_view(acme, kept.public_id)

    answer = api.delete(f"/api/v1/segments/{kept.public_id}")

    assert (answer.status_code, "使う側" in str(answer.json())) == (422, True)


@pytest.mark.parametrize("asking", [another, rule, draft_of_scores, left_out_of_scores, branch])
def test_nothing_asks_about_a_segment_that_never_was(in_acme: NewWorkspace, asking: Asking) -> None:
    with pytest.raises((segments.SegmentRefused, FlowRefused, Refused)) as refused:
        asking(in_acme, "seg_never")

    assert "seg_never" in str(getattr(refused.value, "listed", refused.value))


def test_a_condition_about_one_that_never_was_is_refused(kept: Segment) -> None:
    asked = {"now": NOW, "tz": ZoneInfo("Asia/Tokyo")}
    with pytest.raises(ConditionRefused) as refused:
        compile(parse({"not": {"segment": "seg_never"}}), **asked)
    segments.archive_segment(kept, by=None, now=NOW)

    assert refused.value.why == "unknown_member"
    assert compile(parse({"segment": kept.public_id}), **asked).params


@pytest.fixture
def person_of_acme(acme: NewWorkspace) -> int:
    with tenant_scope(acme.workspace):
        return upsert_lead(LeadInput(email="a@x.example"), by=None, now=NOW).lead_id or 0


@pytest.mark.usefixtures("person_of_acme")
@pytest.mark.parametrize("archived", [True, False])
def test_a_list_that_asks_about_one_that_is_gone_shows_nobody(
    acme: NewWorkspace, sign_in: SignIn, archived: bool
) -> None:
    named = "seg_never"
    if archived:
        with tenant_scope(acme.workspace):
            kept = segments.create_segment("名刺", None, by=None, now=NOW)
            segments.archive_segment(kept, by=None, now=NOW)
            named = kept.public_id

    page = sign_in(Role.VIEWER).get("/leads/", {"condition": json.dumps({"not": {"segment": named}})})

    assert (page.context["rows"], named in page.context["asked"].refused) == ([], True)
