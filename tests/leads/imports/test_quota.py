"""The quota of leads is counted as people are made and go, so nothing that begins at once goes over it."""

from __future__ import annotations

from datetime import datetime

import pytest

from leads.actions import LeadInput, create_lead, erase_lead
from leads.actions.imports import ImportRefused, ask_run, stop
from leads.models import Lead
from leads.refusals import LeadRefused
from ma_platform.workspaces.actions.quotas import set_quota
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from ma_platform.workspaces.quotas import Used
from tests.leads.imports.filing import CARDS, checked, finished, imported, text_of, undone, uploaded

FILE = text_of(CARDS).encode()
OTHERS = FILE.replace(b".example", b".test")


def made(name: str, in_acme: NewWorkspace, now: datetime) -> Lead:
    return create_lead(LeadInput(email=f"{name}@x.example"), by=in_acme.owner, now=now)


def test_people_added_by_hand_count_at_once_and_no_more_once_they_are_erased(
    in_acme: NewWorkspace, now: datetime
) -> None:
    set_quota({Used.PEOPLE: 1}, now=now)
    first = made("first", in_acme, now)

    with pytest.raises(LeadRefused) as refused:
        made("second", in_acme, now)
    erase_lead(first, by=in_acme.owner, now=now)

    assert refused.value.errors == {"email": "quota"}
    assert made("second", in_acme, now).email == "second@x.example"


def test_people_of_a_file_count_as_it_is_written_and_no_more_once_it_is_undone(
    in_acme: NewWorkspace, now: datetime
) -> None:
    set_quota({Used.PEOPLE: 3}, now=now)
    transfer = imported(FILE, by=in_acme.owner, now=now)

    with pytest.raises(LeadRefused):
        made("one-more", in_acme, now)
    undone(transfer, by=in_acme.owner, now=now)

    assert (made("one-more", in_acme, now).email, Lead.objects.count()) == ("one-more@x.example", 1)


def test_of_two_files_that_were_tried_only_one_fits(in_acme: NewWorkspace, now: datetime) -> None:
    set_quota({Used.PEOPLE: 5}, now=now)
    first, second = (checked(uploaded(content, by=in_acme.owner, now=now), now=now) for content in (FILE, OTHERS))
    ask_run(first.public_id, by=in_acme.owner, now=now)

    with pytest.raises(ImportRefused):
        ask_run(second.public_id, by=in_acme.owner, now=now)
    stop(first.public_id, by=in_acme.owner, now=now)
    ask_run(second.public_id, by=in_acme.owner, now=now)

    assert (finished(second, now=now).state, Lead.objects.count()) == ("done", 3)
