"""A form sent through its public door."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from capture.actions import release
from capture.models import Submission
from leads.actions import LeadInput, upsert_leads
from leads.models import Consent, FieldHistory, Lead
from leads.queries import mailable
from ma_platform.tenancy.models import ApiKey, Membership, User
from ma_platform.tenancy.permissions import Role, Span
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from tests.capture.filling import post, published, today, token
from tracking.actions import SubjectRef, record
from tracking.catalogue import Event
from tracking.models import Event as Fact
from tracking.models import Visitor

TARO = {"email": "taro@x.example", "last_name": "山田", "company": "アクメ株式会社", "phone": "０３−１２３４−５６７８"}
BROWSER = "browser-of-taro-1"


def test_a_stranger_becomes_a_lead_with_their_whole_past(acme: NewWorkspace, globex: NewWorkspace) -> None:
    form = published(acme.workspace)
    with tenant_scope(acme.workspace):
        page = SubjectRef("page", "https://acme.example/price", "料金")
        record(Event.PAGE_VIEWED, visitor=BROWSER, at=today(), subject=page)

    answer = post(
        form,
        {**TARO, "message": "見積もりを\nお願いします"},
        context={"visitor": BROWSER, "url": "https://acme.example/lp?utm_source=google"},
    )

    assert answer.status_code == 200
    assert answer.json()["after"] == {"message": "ありがとうございます"}
    with tenant_scope(acme.workspace):
        lead = Lead.objects.select_related("company").get()
        assert (lead.email, lead.phone, lead.company.name) == ("taro@x.example", "03-1234-5678", "アクメ株式会社")
        assert lead.source_first["utm_source"] == "google"
        assert Visitor.objects.get(key=BROWSER).lead_id == lead.pk
        assert Fact.objects.get(name=Event.PAGE_VIEWED).lead_id == lead.pk
        sent = Fact.objects.get(name=Event.FORM_SUBMITTED)
        assert (sent.lead_id, sent.props["message"]) == (lead.pk, "見積もりを\nお願いします")
        assert sent.props["submission"] == answer.json()["submission"]
        assert list(lead.lead_tags.values_list("tag__name", flat=True)) == ["資料請求"]
    with tenant_scope(globex.workspace):
        assert Lead.objects.count() == Fact.objects.count() == 0


def test_an_agreement_is_kept_with_the_exact_words(acme: NewWorkspace) -> None:
    form = published(acme.workspace)

    post(form, TARO, consents={"newsletter": True})

    with tenant_scope(acme.workspace):
        line = Consent.objects.get()
        assert (line.topic, line.state, line.basis) == ("newsletter", "granted", "consent")
        assert line.evidence["wording"] == "案内を受け取ります"
        assert len(line.evidence["wording_hash"]) == 64
        assert mailable([line.lead_id], "newsletter")[line.lead_id].basis == "consent"


def test_what_is_not_ticked_is_not_agreed(acme: NewWorkspace) -> None:
    post(published(acme.workspace), TARO, consents={"newsletter": False})

    with tenant_scope(acme.workspace):
        assert Consent.objects.count() == 0


def test_the_same_token_twice_is_the_same_submission(acme: NewWorkspace) -> None:
    form = published(acme.workspace)
    once = token(form)

    first = post(form, TARO, token=once)
    second = post(form, {**TARO, "last_name": "別人"}, token=once)

    assert first.json() == second.json()
    with tenant_scope(acme.workspace):
        assert Submission.objects.count() == 1
        assert Lead.objects.get().last_name == "山田"
        assert Fact.objects.filter(name=Event.FORM_SUBMITTED).count() == 1


def test_identity_comes_from_the_address_typed_and_never_from_the_browser(acme: NewWorkspace) -> None:
    form = published(acme.workspace)
    post(form, TARO, context={"visitor": BROWSER})

    post(form, {"email": "hanako@x.example", "last_name": "佐藤"}, context={"visitor": BROWSER})

    with tenant_scope(acme.workspace):
        assert dict(Lead.objects.values_list("email", "last_name")) == {
            "taro@x.example": "山田",
            "hanako@x.example": "佐藤",
        }
        assert Visitor.objects.get(key=BROWSER).lead_id == Lead.objects.get(email="hanako@x.example").pk


def test_typed_values_overwrite_and_hidden_ones_only_fill(acme: NewWorkspace) -> None:
    form = published(acme.workspace)
    with tenant_scope(acme.workspace):
        known = LeadInput(email="taro@x.example", last_name="旧", department="営業部", phone="0311112222")
        upsert_leads([known], by=None, now=today())

    post(form, {"email": "taro@x.example", "last_name": "新", "phone": "", "campaign": "summer"})

    with tenant_scope(acme.workspace):
        lead = Lead.objects.get()
        assert (lead.last_name, lead.department, lead.phone) == ("新", "営業部", "03-1111-2222")
        newest = FieldHistory.objects.filter(field="last_name").order_by("-id")[0]
        assert newest.source.startswith("form:sub_")


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"company_url_confirm": "http://spam.example"}, "honeypot"),
        ({"message": "http://a.example http://b.example www.c.example"}, "links"),
        ({"message": "[url=http://a.example]x[/url]"}, "markup"),
        ({"last_name": "www.casino.example"}, "link_in_name"),
    ],
)
def test_spam_is_quarantined_and_makes_nobody(acme: NewWorkspace, fields: dict[str, Any], reason: str) -> None:
    answer = post(published(acme.workspace), {**TARO, **fields})

    assert answer.json()["ok"] is True
    with tenant_scope(acme.workspace):
        kept = Submission.objects.get()
        assert (kept.verdict, reason in kept.reasons, kept.lead_id) == ("suspicious", True, None)
        assert Lead.objects.count() == Fact.objects.count() == 0


def test_a_form_filled_faster_than_people_can_is_quarantined_and_released_once(acme: NewWorkspace) -> None:
    form = published(acme.workspace)
    post(form, TARO, token=token(form, seconds_ago=0))

    with tenant_scope(acme.workspace):
        kept = Submission.objects.get()
        assert kept.reasons == ["too_fast"]
        released = [release(kept, by=acme.owner, now=today()) for _ in range(2)]

        assert released == [True, False]
        assert Lead.objects.get().email == "taro@x.example"
        assert Fact.objects.filter(name=Event.FORM_SUBMITTED).count() == 1
        assert Submission.objects.get().lead_id == Lead.objects.get().pk


def test_bad_answers_are_named_in_the_forms_language_and_nothing_is_kept(acme: NewWorkspace) -> None:
    form = published(acme.workspace, consents=[{"topic": "terms", "text": "規約", "required": True}])

    answer = post(form, {"email": "taro", "phone": "abc", "size": "特大", "last_name": "あ" * 101})

    assert answer.status_code == 422
    assert set(answer.json()["errors"]) == {"email", "phone", "size", "last_name", "consents.terms"}
    with tenant_scope(acme.workspace):
        assert Submission.objects.count() == Lead.objects.count() == 0


def test_a_server_posts_with_its_key_instead_of_a_token(acme: NewWorkspace, globex: NewWorkspace) -> None:
    form = published(acme.workspace)
    ours = Client(headers={"authorization": f"Bearer {acme.api_key}", "idempotency-key": "order-1"})
    theirs = Client(headers={"authorization": f"Bearer {globex.api_key}"})

    answers = [post(form, TARO, client=client, token="") for client in (ours, ours, theirs)]

    assert [answer.status_code for answer in answers] == [200, 200, 422]
    assert answers[0].json()["submission"] == answers[1].json()["submission"]
    with tenant_scope(acme.workspace):
        assert Submission.objects.get().reasons == []


def test_the_key_of_a_member_who_sees_a_part_is_no_more_than_a_visitor(acme: NewWorkspace) -> None:
    form = published(acme.workspace)
    server = Client(headers={"authorization": f"Bearer {acme.api_key}"})
    with tenant_scope(acme.workspace):
        seller = User.objects.create(email="seller@acme.example")
        Membership.objects.create(user=seller, role=Role.SALES, reach=Span.OWN, created_at=today())
        ApiKey.objects.update(reaches_as=seller)

    answers = [post(form, TARO, client=server, token=one).status_code for one in ("", token(form))]
    with tenant_scope(acme.workspace):
        Membership.objects.filter(user=seller).delete()
    after = post(form, TARO, client=server, token="").status_code

    assert (answers, after) == ([422, 200], 422)


@pytest.fixture
def committed(transactional_db: None) -> None:
    return None


def test_two_clicks_at_the_same_moment_are_one_submission(committed: None, acme: NewWorkspace) -> None:
    form = published(acme.workspace)
    once = token(form)

    def click(_: int) -> str:
        try:
            return str(post(form, TARO, token=once).json()["submission"])
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        submissions = set(pool.map(click, range(4)))

    assert len(submissions) == 1
    with tenant_scope(acme.workspace):
        assert (Submission.objects.count(), Lead.objects.count()) == (1, 1)


def test_one_idempotency_key_on_two_forms_is_two_submissions(acme: NewWorkspace) -> None:
    first, second = published(acme.workspace), published(acme.workspace)
    server = Client(headers={"authorization": f"Bearer {acme.api_key}", "idempotency-key": "order-1"})

    answers = [post(form, TARO, client=server, token="").json()["submission"] for form in (first, second)]

    assert answers[0] != answers[1]
