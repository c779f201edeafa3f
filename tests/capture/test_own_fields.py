"""A form fills the workspace's own fields; an answer that does not fit stays with the submission."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from capture.actions import Context, Posted, create_form, submit
from capture.models import Submission
from leads.actions.attributes import AttributeInput, create_attribute
from leads.models import Lead
from leads.queries.history import past_values
from ma_platform.workspaces.actions.workspaces import NewWorkspace

FORM = {
    "v": 1,
    "name": "見積もり",
    "fields": [
        {"key": "email", "type": "email", "label": "メール", "required": True},
        {"key": "seats", "type": "text", "label": "席数", "maps_to": "lead.attributes.seats"},
        {"key": "gone", "type": "text", "label": "以前", "maps_to": "lead.attributes.gone"},
    ],
    "after": {"message": "ありがとうございます"},
}


def answer(now: datetime, seats: str) -> Submission:
    create_attribute(AttributeInput(label="席数", kind="number", key="seats"), by=None, now=now)
    form = create_form(FORM, by=None, now=now, publish=True)
    answers = {"email": "taro@x.example", "seats": seats, "gone": "x"}
    return submit(form, Posted(str(uuid4()), answers, {}, Context()), now=now).submission


def test_an_answer_fills_a_field_of_the_workspaces_own(in_acme: NewWorkspace, now: datetime) -> None:
    sent = answer(now, "１２")

    assert Lead.objects.get().attributes == {"seats": 12}
    (past,) = past_values(Lead.objects.get())["attributes.seats"]
    assert past.source == f"form:{sent.public_id}"


def test_an_answer_that_does_not_fit_is_kept_with_the_submission_only(in_acme: NewWorkspace, now: datetime) -> None:
    sent = answer(now, "たくさん")

    assert Lead.objects.get().attributes == {}
    assert sent.values["seats"] == "たくさん"
