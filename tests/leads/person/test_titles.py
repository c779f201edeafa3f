"""Titles the rules do not understand, ranked by a member once for everybody."""

from __future__ import annotations

from datetime import datetime

from leads.actions import LeadInput, Rules, upsert_leads
from leads.actions.titles import rank_title
from leads.models import FieldHistory, Lead, TitleRank
from leads.queries.titles import UnknownTitle, unknown_titles
from leads.titles import RANKS
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from tracking.catalogue import Event
from tracking.models import Event as Fact


def titled(now: datetime, *titles: str) -> None:
    rows = [LeadInput(email=f"p{number}@x.example", job_title=title) for number, title in enumerate(titles)]
    upsert_leads(rows, by=None, now=now)


def rank_of_person(number: int) -> int | None:
    rank: int | None = Lead.objects.get(email=f"p{number}@x.example").job_rank
    return rank


def test_unknown_titles_are_counted_however_they_are_written(in_acme: NewWorkspace, now: datetime) -> None:
    titled(now, "エバンジェリスト", "ｴﾊﾞﾝｼﾞｪﾘｽﾄ", "えばんじぇりすと", "フェロー", "部長", "")

    assert unknown_titles() == [UnknownTitle("えばんじぇりすと", 3), UnknownTitle("フェロー", 1)]


def test_a_picked_rank_is_given_to_everybody_and_remembered(in_acme: NewWorkspace, now: datetime) -> None:
    titled(now, "エバンジェリスト", "ｴﾊﾞﾝｼﾞｪﾘｽﾄ", "部長")

    changed = rank_title("エバンジェリスト", "manager", by=in_acme.owner, now=now)
    upsert_leads([LeadInput(email="later@x.example", job_title="エバンジェリスト")], by=None, now=now)

    manager = RANKS.index("manager")
    assert (changed, unknown_titles()) == (2, [])
    assert [rank_of_person(number) for number in range(3)] == [manager, manager, RANKS.index("director")]
    assert Lead.objects.get(email="later@x.example").job_rank == manager
    assert FieldHistory.objects.filter(field="job_rank", source="titles", value="manager").count() == 2
    assert Fact.objects.filter(name=Event.LEAD_UPDATED, props__fields=["job_rank"]).count() == 2


def test_another_word_moves_only_those_the_first_one_ranked(in_acme: NewWorkspace, now: datetime) -> None:
    titled(now, "フェロー", "フェロー")
    upsert_leads([LeadInput(email="p1@x.example", job_rank="president")], by=None, now=now)
    rank_title("フェロー", "manager", by=None, now=now)

    rank_title("フェロー", "executive", by=None, now=now)

    assert rank_of_person(0) == RANKS.index("executive")
    assert rank_of_person(1) == RANKS.index("president")


def test_a_title_without_a_rank_leaves_the_list(in_acme: NewWorkspace, now: datetime) -> None:
    titled(now, "いろいろ")

    assert rank_title("いろいろ", "", by=None, now=now) == 0
    assert unknown_titles() == []
    assert TitleRank.objects.get().rank is None


def test_the_same_unknown_title_again_keeps_a_rank_that_is_known(in_acme: NewWorkspace, now: datetime) -> None:
    titled(now, "フェロー")
    upsert_leads([LeadInput(email="p0@x.example", job_rank="manager")], by=None, now=now)

    (done,) = upsert_leads([LeadInput(email="p0@x.example", job_title="フェロー")], by=None, now=now, policy=Rules())

    assert done.changed == ()
    assert rank_of_person(0) == RANKS.index("manager")


def test_a_word_counts_in_its_workspace_only(acme: NewWorkspace, globex: NewWorkspace, now: datetime) -> None:
    with tenant_scope(globex.workspace):
        rank_title("フェロー", "manager", by=None, now=now)

    with tenant_scope(acme.workspace):
        titled(now, "フェロー")

        assert rank_of_person(0) is None
