"""Stating people: who they are joined with, what changes, and what is kept beside it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from leads.actions import LeadInput, LeadRefused, Permission, Policy, create_lead, edit_lead, erase_lead, upsert_leads
from leads.models import Company, FieldHistory, Lead, LeadIdentifier
from leads.queries import lead_json, mailable
from leads.queries.history import Past, past_values
from ma_platform.errors import NotFound
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from tracking.catalogue import Event
from tracking.models import Event as Fact


def upsert(*rows: LeadInput, now: datetime, policy: Policy = "overwrite") -> list[Any]:
    return upsert_leads(rows, by=None, now=now, policy=policy)


def test_an_address_in_another_spelling_is_the_same_person(in_acme: NewWorkspace, now: datetime) -> None:
    first = upsert(LeadInput(email="taro@example.co.jp", last_name="山田"), now=now)[0]

    second = upsert(LeadInput(email="ＴＡＲＯ@Example.co.jp", first_name="太郎"), now=now)[0]

    assert (first.created, second.created, second.changed) == (True, False, ("first_name",))
    assert Lead.objects.get().name_key == "山田太郎"


def test_one_person_twice_in_a_batch_is_one_lead(in_acme: NewWorkspace, now: datetime) -> None:
    results = upsert(
        LeadInput(email="a@x.example", last_name="一"), LeadInput(email="A@x.example", last_name="二"), now=now
    )

    assert [result.created for result in results] == [True, False]
    assert results[0].lead_id == results[1].lead_id
    assert Lead.objects.get().last_name == "二"


def test_an_external_id_finds_the_person_who_changed_address(in_acme: NewWorkspace, now: datetime) -> None:
    upsert(LeadInput(email="old@x.example", external_ids={"external_id": "C-1"}), now=now)

    result = upsert(LeadInput(email="new@x.example", external_ids={"external_id": "C-1"}), now=now)[0]

    assert result.changed == ("email",)
    assert Lead.objects.get().email == "new@x.example"
    assert LeadIdentifier.objects.count() == 1


def test_keys_of_two_people_are_refused_and_nothing_changes(in_acme: NewWorkspace, now: datetime) -> None:
    upsert(LeadInput(email="a@x.example"), LeadInput(external_ids={"external_id": "C-2"}), now=now)

    result = upsert(LeadInput(email="a@x.example", external_ids={"external_id": "C-2"}, last_name="誰"), now=now)[0]

    assert result.errors == {"email": "belongs_to_another_lead"}
    assert set(Lead.objects.values_list("last_name", flat=True)) == {""}


def test_a_bad_row_spoils_no_other(in_acme: NewWorkspace, now: datetime) -> None:
    results = upsert(
        LeadInput(email="not an address"), LeadInput(email="ok@x.example"), LeadInput(last_name="名"), now=now
    )

    assert [result.errors for result in results] == [{"email": "invalid_address"}, {}, {"email": "identity_missing"}]
    assert Lead.objects.get().email == "ok@x.example"


def test_a_blank_never_erases_and_fill_keeps_what_is_there(in_acme: NewWorkspace, now: datetime) -> None:
    upsert(LeadInput(email="a@x.example", department="営業部", job_title="課長"), now=now)

    upsert(LeadInput(email="a@x.example", department="", job_title="部長", phone="0312345678"), now=now, policy="fill")

    lead = Lead.objects.get()
    assert (lead.department, lead.job_title, lead.job_rank, lead.phone) == ("営業部", "課長", 3, "03-1234-5678")


def test_a_title_nobody_understands_takes_the_old_rank_away(in_acme: NewWorkspace, now: datetime) -> None:
    upsert(LeadInput(email="a@x.example", job_title="部長"), now=now)

    upsert(LeadInput(email="a@x.example", job_title="顧問"), now=now)

    assert Lead.objects.get().job_rank is None


def test_colleagues_meet_in_one_company_and_free_mail_joins_nobody(in_acme: NewWorkspace, now: datetime) -> None:
    upsert(
        LeadInput(email="a@nec.example", company="日本電気株式会社"),
        LeadInput(email="b@nec.example", company="㈱日本電気"),
        LeadInput(email="c@nec.example"),
        LeadInput(email="d@gmail.com", company="グーグル書店"),
        LeadInput(email="e@gmail.com"),
        now=now,
    )
    upsert(LeadInput(email="f@nec.example"), LeadInput(email="g@gmail.com"), now=now)

    companies = dict(Lead.objects.values_list("email", "company__name"))
    assert [companies[f"{name}@nec.example"] for name in "abf"] == ["日本電気株式会社"] * 3
    assert [companies[f"{name}@gmail.com"] for name in "deg"] == ["グーグル書店", None, None]
    assert Company.objects.count() == 2


def test_every_value_keeps_where_it_came_from(in_acme: NewWorkspace, now: datetime) -> None:
    upsert_leads([LeadInput(email="a@x.example", job_title="課長")], by=in_acme.owner, now=now, source="form:sub_1")

    past, by = past_values(Lead.objects.get()), str(in_acme.owner)
    assert past["job_rank"] == [Past("manager", "form:sub_1", now, by)]
    assert past["job_title"] == [Past("課長", "form:sub_1", now, by)]


def test_values_given_at_once_lie_in_one_line_and_a_second_one_in_another(in_acme: NewWorkspace, now: datetime) -> None:
    once = [LeadInput(email="a@x.example", job_title=title, department="営業部") for title in ("課長", "部長")]
    upsert_leads(once, by=None, now=now)

    lines = FieldHistory.objects.order_by("id").values_list("field", "stated")
    assert list(lines) == [
        ("", {"email": "a@x.example", "department": "営業部", "job_title": "課長", "job_rank": "manager"}),
        ("", {"job_title": "部長", "job_rank": "director"}),
    ]
    assert [past.value for past in past_values(Lead.objects.get())["job_title"]] == ["部長", "課長"]


def test_making_and_changing_people_is_told_and_repeating_is_not(in_acme: NewWorkspace, now: datetime) -> None:
    for last_name in ("山田", "佐藤", "佐藤"):
        upsert(LeadInput(email="a@x.example", last_name=last_name), now=now)

    names = list(Fact.objects.order_by("name").values_list("name", flat=True))
    assert names == [Event.LEAD_CREATED, Event.LEAD_UPDATED]


def test_the_first_source_stays_and_the_last_follows(in_acme: NewWorkspace, now: datetime) -> None:
    for source in ("google", "mail"):
        upsert(LeadInput(email="a@x.example", source={"utm_source": source}), now=now)

    lead = Lead.objects.get()
    assert (lead.source_first, lead.source_last) == ({"utm_source": "google"}, {"utm_source": "mail"})


def test_the_cost_of_a_batch_does_not_grow_with_it(
    in_acme: NewWorkspace, now: datetime, django_assert_max_num_queries: object
) -> None:
    rows = [
        LeadInput(email=f"p{number}@c{number}.example", company=f"会社{number}", tags=("展示会",))
        for number in range(300)
    ]

    with django_assert_max_num_queries(25):  # type: ignore[operator]  # a pytest-django fixture
        results = upsert(*rows, now=now)

    assert sum(result.created for result in results) == 300


def test_a_hand_edit_may_empty_a_field(in_acme: NewWorkspace, now: datetime) -> None:
    lead = create_lead(LeadInput(email="a@x.example", phone="0312345678"), by=in_acme.owner, now=now)

    changed = edit_lead(lead, LeadInput(phone=""), by=in_acme.owner, now=now)

    assert changed == ("phone",)
    assert Lead.objects.get().phone_key == ""


def test_an_edit_cannot_take_somebody_elses_address(in_acme: NewWorkspace, now: datetime) -> None:
    create_lead(LeadInput(email="a@x.example"), by=None, now=now)
    other = create_lead(LeadInput(email="b@x.example"), by=None, now=now)

    with pytest.raises(LeadRefused) as refused:
        edit_lead(other, LeadInput(email="A@x.example"), by=None, now=now)

    assert refused.value.errors == {"email": "belongs_to_another_lead"}
    assert Lead.objects.get(pk=other.pk).email == "b@x.example"


def test_an_edit_of_somebody_erased_meanwhile_changes_nothing(in_acme: NewWorkspace, now: datetime) -> None:
    lead = create_lead(LeadInput(email="taro@x.example"), by=None, now=now)
    erase_lead(Lead.objects.get(pk=lead.pk), by=None, now=now)

    with pytest.raises(NotFound):
        edit_lead(lead, LeadInput(last_name="山田"), by=None, now=now)

    assert (Lead.objects.count(), FieldHistory.objects.count()) == (0, 0)


def test_erasing_removes_the_person_and_what_hangs_on_them(in_acme: NewWorkspace, now: datetime) -> None:
    said = LeadInput(email="a@x.example", tags=("展示会",), consents=(Permission(topic="newsletter"),))
    upsert(said, now=now)

    erased = erase_lead(Lead.objects.get(), by=in_acme.owner, now=now)

    assert erased.rows == 1
    assert Lead.objects.count() == FieldHistory.objects.count() == 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT (SELECT count(*) FROM leads_leadtag) + (SELECT count(*) FROM leads_consent)")
        assert cursor.fetchone() == (0,)


def test_a_lead_in_the_apis_shape(in_acme: NewWorkspace, now: datetime) -> None:
    said = LeadInput(
        email="a@x.example",
        company="アクメ",
        job_title="部長",
        owner="OWNER@acme.example",
        tags=("展示会",),
        external_ids={"external_id": "7"},
        consents=(Permission(topic="newsletter", basis="business_card"),),
    )
    lead_id = upsert(said, now=now)[0].lead_id

    shown: Any = lead_json([lead_id])[lead_id]

    assert shown["company"]["name"] == "アクメ"
    assert (shown["job_rank"], shown["owner"], shown["tags"]) == ("director", "owner@acme.example", ["展示会"])
    assert shown["external_ids"] == {"external_id": "7"}
    assert [(line["topic"], line["state"], line["basis"]) for line in shown["consent"]] == [
        ("newsletter", "granted", "business_card")
    ]
    assert mailable([lead_id], "newsletter")[lead_id].basis == "business_card"


@pytest.fixture
def emptied(transactional_db: None) -> None:
    return None


def test_the_same_person_at_the_same_moment_is_one_lead(emptied: None, acme: NewWorkspace, now: datetime) -> None:
    def state(last_name: str) -> bool:
        try:
            with tenant_scope(acme.workspace):
                said = LeadInput(email="same@x.example", last_name=last_name)
                return bool(upsert(said, now=now + timedelta(seconds=1))[0].created)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        created = list(pool.map(state, ["一", "二", "三", "四"]))

    assert sorted(created) == [False, False, False, True]
    with tenant_scope(acme.workspace):
        assert Lead.objects.count() == 1
