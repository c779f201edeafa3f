"""The page about people and machines."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import translation

from ma_platform.tenancy.permissions import Role
from ma_platform.tenancy.scope import tenant_scope
from tests.tracking.collecting import NOW
from tests.tracking.judging import Did, browse, mail_hit
from tracking.actions import advance, judge_due_visits
from tracking.catalogue import Event
from tracking.models import Rejudgement
from tracking.presentation import REASONS, reason_text
from tracking.queries import Range, verdict_range

BEGAN = NOW - timedelta(days=1)
GMAIL = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ma_platform.clock.now", lambda: NOW)


@pytest.fixture
def visited(acme, globex):
    """One reader, one robot; globex has a hundred robots of its own."""
    browse(acme.workspace, "reader", [Did(0), Did(40, "left", ms=38_000)])
    browse(acme.workspace, "robot", [Did(0.5 * turn, page=turn % 40) for turn in range(120)])
    browse(globex.workspace, "robot", [Did(0.5 * turn, page=turn % 40) for turn in range(120)])
    judge_due_visits(now=NOW)
    return acme


def state_of(made) -> str:
    with tenant_scope(made.workspace):
        return str(Rejudgement.objects.get().state)


def count_of(made) -> int:
    with tenant_scope(made.workspace):
        return int(Rejudgement.objects.count())


def test_it_tells_shares_and_reasons(visited, sign_in):
    page = sign_in().get("/tracking/traffic/?days=7").content.decode()

    assert page.count("50%") == 2
    assert "人が読める速さを超えている" in page
    assert "globex" not in page


def test_an_empty_workspace_is_told_what_comes(acme, sign_in):
    page = sign_in().get("/tracking/traffic/").content.decode()

    assert "この期間の訪問はありません。" in page


@pytest.mark.parametrize("days", ["x", "-1", "99999999999999999999", "", "7'"])
def test_a_strange_period_is_a_month(visited, sign_in, days: str):
    assert sign_in().get("/tracking/traffic/", {"days": days}).status_code == 200


def test_judging_again_is_counted_first_and_started_by_hand(visited, sign_in):
    client = sign_in()
    client.post("/tracking/traffic/ask", {"days": "7"})
    with tenant_scope(visited.workspace):
        asked = Rejudgement.objects.get()
        at_work = client.get("/tracking/traffic/passes/").content.decode()
        while advance(asked.pk, now=NOW):
            pass
    counted = client.get("/tracking/traffic/passes/").content.decode()
    client.post(f"/tracking/traffic/{asked.public_id}/run")

    assert "every 3s" in at_work
    assert ("every 3s" in counted, "122 件を調べ、0 件の判定が変わり" in counted) == (False, True)
    assert state_of(visited) == "running"


def test_it_starts_once(visited, sign_in):
    client = sign_in()
    client.post("/tracking/traffic/ask", {"days": "7"})
    with tenant_scope(visited.workspace):
        asked = Rejudgement.objects.get()

    refused = client.post(f"/tracking/traffic/{asked.public_id}/run", follow=True).content.decode()

    assert "この再判定は開始待ちではありません" in refused
    assert state_of(visited) == "preview"
    assert client.post("/tracking/traffic/rej_nobody/run").status_code == 404


def test_who_may_only_look_changes_nothing(acme, sign_in):
    client = sign_in(Role.VIEWER)

    assert client.post("/tracking/traffic/ask", {"days": "7"}).status_code == 403
    assert count_of(acme) == 0


def test_opens_are_a_range_from_the_certain_to_the_possible(acme, globex):
    for lead in (5, 6):
        mail_hit(acme.workspace, lead, 60, opened=True, message=f"msg_{lead}")
    mail_hit(acme.workspace, 5, 90, opened=True, message="msg_5", ua=GMAIL)
    mail_hit(acme.workspace, 7, 60, opened=True, message="msg_7", ua=GMAIL)
    mail_hit(acme.workspace, 8, 1, opened=True, message="msg_8")
    mail_hit(acme.workspace, 6, 500, message="msg_6")

    with tenant_scope(acme.workspace):
        opened = verdict_range(Event.EMAIL_OPENED, emails=["eml_1", "eml_2"], since=BEGAN)
        clicked = verdict_range(Event.EMAIL_CLICKED, emails=["eml_1"], since=BEGAN)

    assert opened == {"eml_1": Range(2, 3)}
    assert clicked == {"eml_1": Range(1, 1)}


@pytest.mark.parametrize("reason", sorted(REASONS))
def test_every_reason_has_words_in_both_languages(reason: str):
    with translation.override("en"):
        english = reason_text(reason)
    with translation.override("ja"):
        japanese = reason_text(reason)

    assert len({reason, english, japanese}) == 3
