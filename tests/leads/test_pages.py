"""The dashboard's pages about people, as a member's browser sees them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client

from leads.actions import LeadInput, upsert_leads
from leads.models import Company, Lead
from leads.titles import rank_key
from ma_platform.audit.models import AuditEntry
from ma_platform.tenancy.permissions import Role
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from tracking.actions import NewFact, SubjectRef, record_many
from tracking.catalogue import Event

SignIn = Callable[..., Client]


def people(acme: NewWorkspace, now: datetime, *rows: LeadInput) -> list[str]:
    with tenant_scope(acme.workspace):
        return [str(done.public_id) for done in upsert_leads(rows, by=None, now=now)]


TARO = LeadInput(
    email="taro@acme.example",
    last_name="山田",
    first_name="太郎",
    last_name_kana="ヤマダ",
    company="アクメ商事株式会社",
    job_title="部長",
    phone="03-1234-5678",
    tags=("展示会",),
)
HANAKO = LeadInput(email="hanako@globe.example", last_name="佐藤", first_name="花子", company="グローブ")


@pytest.mark.parametrize(
    "q",
    [
        "山田",
        "山田太郎",
        "やまだ",
        "ﾔﾏﾀﾞ",
        "アクメ",
        "㈱あくめ商事",
        "TARO@acme",
        "acme.example",
        "03-1234",
        "０３１２３４５６７８",
    ],
)
def test_search_finds_people_however_it_is_typed(acme: NewWorkspace, sign_in: SignIn, now: datetime, q: str) -> None:
    people(acme, now, TARO, HANAKO)

    page = sign_in().get("/leads/", {"q": q}).content.decode()

    assert "山田 太郎" in page
    assert "佐藤 花子" not in page


def test_a_search_for_nobody_says_so_and_leads_back(acme: NewWorkspace, sign_in: SignIn, now: datetime) -> None:
    people(acme, now, TARO)

    page = sign_in().get("/leads/", {"q": "鈴木"})

    assert page.status_code == 200
    assert 'href="/leads/"' in page.content.decode()
    assert "山田" not in page.content.decode()


def test_the_list_goes_on_by_cursor_and_loses_nobody(acme: NewWorkspace, sign_in: SignIn, now: datetime) -> None:
    people(acme, now, *[LeadInput(email=f"p{number:03}@x.example") for number in range(120)])
    client = sign_in()
    seen: list[str] = []
    following = ""

    for cursor in (None, 0, 1):
        context = client.get("/leads/", {"cursor": following} if cursor is not None else {}).context
        following = context["next_cursor"]
        seen += [row.lead.email for row in context["rows"]]

    assert following == ""
    assert len(seen) == len(set(seen)) == 120


def test_sorting_by_name_and_a_tag_filter(acme: NewWorkspace, sign_in: SignIn, now: datetime) -> None:
    people(acme, now, TARO, HANAKO)
    client = sign_in()

    names = [row.lead.last_name for row in client.get("/leads/", {"sort": "name"}).context["rows"]]
    tagged = client.get("/leads/", {"tag": "展示会"})

    assert names == ["佐藤", "山田"]
    assert [row.lead.last_name for row in tagged.context["rows"]] == ["山田"]
    assert "展示会" in tagged.content.decode()


@pytest.mark.parametrize("cursor", ["x", "W10", "WzEsMl0", "WyJub3QgYSB0aW1lIiwxXQ"])
def test_a_forged_cursor_is_no_server_error(acme: NewWorkspace, sign_in: SignIn, now: datetime, cursor: str) -> None:
    people(acme, now, TARO)

    assert sign_in().get("/leads/", {"cursor": cursor}).status_code in (200, 400, 404, 422)


def test_the_page_of_a_person_shows_their_story(acme: NewWorkspace, sign_in: SignIn, now: datetime) -> None:
    (public_id,) = people(acme, now, TARO)
    with tenant_scope(acme.workspace):
        lead_id = Lead.objects.get().pk
        page = SubjectRef("page", "https://acme.example/price", "料金<script>")
        record_many([NewFact(event, now - timedelta(hours=int(event)), lead_id, subject=page) for event in Event])

    content = sign_in().get(f"/leads/{public_id}").content.decode()

    assert "山田 太郎" in content
    assert "アクメ商事株式会社" in content
    assert "料金&lt;script&gt;" in content
    assert "<script>alert" not in content
    assert "hx-get" in content


def test_the_timeline_goes_on_and_ends(acme: NewWorkspace, sign_in: SignIn, now: datetime) -> None:
    (public_id,) = people(acme, now, TARO)
    with tenant_scope(acme.workspace):
        lead_id = Lead.objects.get().pk
        record_many([NewFact(Event.TOUCHPOINT_CALL, now - timedelta(minutes=n), lead_id) for n in range(70)])
    client = sign_in()

    first = client.get(f"/leads/{public_id}")
    second = client.get(
        f"/leads/{public_id}/events", {"before": first.context["before"]}, headers={"hx-request": "true"}
    )
    third = client.get(f"/leads/{public_id}/events", {"before": second.context["before"]})

    assert third.context["before"] == ""
    assert "<html" not in second.content.decode()
    assert "<html" in third.content.decode()


def test_a_member_adds_and_edits_a_person(acme: NewWorkspace, sign_in: SignIn) -> None:
    client = sign_in(Role.SALES)

    added = client.post("/leads/new", {"last_name": "田中", "email": "t@x.example", "owner": "owner@acme.example"})
    changed = client.post(f"{added['Location']}/edit", {"last_name": "中田", "email": "t@x.example"})

    assert (added.status_code, changed.status_code) == (302, 302)
    with tenant_scope(acme.workspace):
        lead = Lead.objects.get()
        assert (lead.last_name, lead.owner_id) == ("中田", None)


def test_a_rank_chosen_by_hand_stays_until_the_title_changes(
    acme: NewWorkspace, sign_in: SignIn, now: datetime
) -> None:
    (public_id,) = people(acme, now, LeadInput(email="t@x.example", last_name="中田", job_title="課長"))
    client = sign_in(Role.MARKETER)

    def ranked(by: str, **said: str) -> object:
        typed = {"email": "t@x.example", "last_name": "中田", "job_title": "課長", **said}
        if by == "hand":
            client.post(f"/leads/{public_id}/edit", typed)
        else:
            people(acme, now, LeadInput(**typed))
        with tenant_scope(acme.workspace):
            return rank_key(Lead.objects.get().job_rank)

    assert ranked("hand", job_rank="manager", department="営業部") == "manager"  # left as it was
    assert ranked("hand", job_rank="director") == "director"
    assert ranked("form") == "director"  # the same title again says nothing new
    assert ranked("hand", job_rank="") is None
    assert ranked("form", job_title="部長代理") == "deputy_director"


def test_a_refused_form_keeps_what_was_typed_and_says_what_to_do(acme: NewWorkspace, sign_in: SignIn) -> None:
    answer = sign_in().post("/leads/new", {"last_name": "田中", "email": "t@@x", "phone": "abc"})

    assert answer.status_code == 422
    assert 'value="田中"' in answer.content.decode()
    assert set(answer.context["form"].errors) == {"email", "phone"}
    with tenant_scope(acme.workspace):
        assert Lead.objects.count() == 0


def test_a_viewer_may_look_and_not_touch(acme: NewWorkspace, sign_in: SignIn, now: datetime) -> None:
    (public_id,) = people(acme, now, TARO)
    client = sign_in(Role.VIEWER)

    answers = [client.get("/leads/"), client.get(f"/leads/{public_id}"), client.get(f"/leads/{public_id}/edit")]
    erased = client.post(f"/leads/{public_id}/delete", {"confirm": "山田 太郎"})

    assert [answer.status_code for answer in answers] == [200, 200, 403]
    assert erased.status_code == 403


def test_another_workspaces_person_is_not_there(
    acme: NewWorkspace, globex: NewWorkspace, sign_in: SignIn, now: datetime
) -> None:
    (theirs,) = people(globex, now, TARO)
    client = sign_in()

    assert [client.get(f"/leads/{theirs}{rest}").status_code for rest in ("", "/events", "/edit")] == [404] * 3
    assert client.get("/leads/").context["rows"] == []


def test_deleting_asks_for_the_name(acme: NewWorkspace, sign_in: SignIn, now: datetime) -> None:
    (public_id,) = people(acme, now, TARO)
    client = sign_in()

    client.post(f"/leads/{public_id}/delete", {"confirm": "山田"})
    with tenant_scope(acme.workspace):
        assert Lead.objects.count() == 1
    client.post(f"/leads/{public_id}/delete", {"confirm": "山田 太郎"})

    with tenant_scope(acme.workspace):
        assert Lead.objects.count() == 0


def test_tags_come_and_go_on_the_page(acme: NewWorkspace, sign_in: SignIn, now: datetime) -> None:
    (public_id,) = people(acme, now, HANAKO)
    client = sign_in()

    client.post(f"/leads/{public_id}/tag", {"tag": "重要"})
    assert "重要" in client.get(f"/leads/{public_id}").content.decode()
    client.post(f"/leads/{public_id}/tag", {"tag": "重要", "remove": "1"})

    assert client.get(f"/leads/{public_id}").context["facts"].tags == []


def test_companies_add_up_their_people(acme: NewWorkspace, sign_in: SignIn, now: datetime) -> None:
    people(acme, now, TARO, LeadInput(email="jiro@acme.example", last_name="山田", first_name="次郎"), HANAKO)
    client = sign_in()

    rows = client.get("/companies/", {"q": "アクメ"}).context["rows"]
    page = client.get(f"/companies/{rows[0].public_id}")

    assert [(row.name, row.leads) for row in rows] == [("アクメ商事株式会社", 2)]
    assert (page.context["rollup"].leads, page.context["rollup"].decision_makers) == (2, 1)
    edited = client.post(f"/companies/{rows[0].public_id}/edit", {"name": "アクメ", "employees": "120"})
    assert edited.status_code == 302


def test_a_companys_edit_is_on_record_with_who_made_it_and_what_changed(
    acme: NewWorkspace, sign_in: SignIn, now: datetime
) -> None:
    people(acme, now, TARO)
    with tenant_scope(acme.workspace):
        address = f"/companies/{Company.objects.get().public_id}/edit"
    body = {"name": "アクメ商事株式会社", "domain": "acme.example", "employees": "120"}

    answers = [sign_in().post(address, body).status_code for _twice in range(2)]

    with tenant_scope(acme.workspace):
        lines = list(AuditEntry.objects.filter(verb="company.edited").values_list("actor", "subject", "facts"))
    assert answers == [302, 302]
    assert lines == [("owner@acme.example", address.split("/")[2], {"fields": ["employees"]})]


def test_the_list_costs_the_same_for_any_number_of_people(
    acme: NewWorkspace, sign_in: SignIn, now: datetime, django_assert_max_num_queries: object
) -> None:
    people(acme, now, *[LeadInput(email=f"p{n}@c{n}.example", company=f"会社{n}") for n in range(60)])
    client = sign_in()
    client.get("/leads/")

    with django_assert_max_num_queries(21):  # type: ignore[operator]  # a pytest-django fixture
        client.get("/leads/")
