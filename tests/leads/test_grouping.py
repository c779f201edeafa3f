"""Group messages through the door: who may say where a known person works, and who may not."""

from __future__ import annotations

import pytest

from leads.actions import LeadInput, upsert_leads
from leads.models import Company, FieldHistory, Lead
from leads.proofs import user_hash
from ma_platform.tenancy.queries import settings_of
from ma_platform.tenancy.scope import tenant_scope
from tests.tracking.collecting import NOW
from tests.tracking.facing import Ask
from tracking.actions import drain, run_consumers
from tracking.catalogue import Event
from tracking.models import Event as Row

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def person(acme) -> str:
    with tenant_scope(acme.workspace):
        said = LeadInput(email="taro@x.example", external_ids={"external_id": "42"}, company="前の会社")
        upsert_leads([said], by=None, now=NOW)
    return "42"


def tell(ask: Ask, acme, *messages: dict[str, object], secret: bool) -> None:
    """One batch, and what follows from it."""
    headers = {"authorization": f"Bearer {acme.api_key}"} if secret else {}
    key = {} if secret else {"writeKey": acme.workspace.write_key}
    assert ask("POST", "/v1/batch", {"batch": list(messages), **key}, **headers)[0] == 200
    drain(now=NOW)
    run_consumers(now=NOW)


def group(user_id: str, traits: dict[str, object], **more: object) -> dict[str, object]:
    return {"type": "group", "groupId": "org-1", "userId": user_id, "traits": traits, **more}


def works_at(acme) -> list[str | None]:
    with tenant_scope(acme.workspace):
        return list(Lead.objects.order_by("pk").values_list("company__name", flat=True))


def test_a_secret_key_says_where_a_person_works_and_what_the_companys_domain_is(ask, acme, person):
    tell(ask, acme, group(person, {"name": "みらい商事", "website": "https://www.mirai.example/about"}), secret=True)

    assert works_at(acme) == ["みらい商事"]
    with tenant_scope(acme.workspace):
        assert Company.objects.get(name="みらい商事").domain == "mirai.example"
        assert FieldHistory.objects.filter(source="group").values_list("field", "value").get() == (
            "company",
            "みらい商事",
        )
        assert Row.objects.filter(name=Event.LEAD_UPDATED, props__source="group").count() == 1


def test_a_signed_user_says_a_company_and_no_domain(ask, acme, person):
    with tenant_scope(acme.workspace):
        signed = {"userHash": user_hash(settings_of().identify_secret, person)}

    tell(ask, acme, group(person, {"name": "みらい", "domain": "big.example"}, context=signed), secret=False)

    assert works_at(acme) == ["みらい"]
    with tenant_scope(acme.workspace):
        assert Company.objects.get(name="みらい").domain == ""


@pytest.mark.parametrize("proof", ["", "0" * 64])
def test_a_public_key_alone_changes_nobody(ask, acme, person, proof):
    said = group(person, {"name": "うそ"}, anonymousId="browser-one", context={"userHash": proof})

    tell(ask, acme, said, secret=False)

    assert works_at(acme) == ["前の会社"]
    with tenant_scope(acme.workspace):
        assert not Company.objects.filter(name="うそ").exists()


def test_nobody_is_made_and_blanks_say_nothing(ask, acme, person):
    odd = [{}, {"name": ""}, {"name": 5}, {"name": " "}, {"domain": "nobody.example"}, {"website": "http://["}]

    tell(ask, acme, group("stranger", {"name": "みらい"}), *(group(person, traits) for traits in odd), secret=True)

    assert works_at(acme) == ["前の会社"]


def test_identified_and_grouped_in_one_batch_and_by_the_browser_alone(ask, acme):
    met = {"type": "identify", "userId": "7", "anonymousId": "browser-one", "traits": {"email": "a@x.example"}}

    tell(ask, acme, met, group("7", {"name": "A社"}), secret=True)
    first = works_at(acme)
    tell(ask, acme, group("", {"name": "B社"}, anonymousId="browser-one"), secret=True)

    assert (first, works_at(acme)) == (["A社"], ["B社"])


def test_a_domain_alone_means_the_one_company_that_owns_it(ask, acme, person):
    tell(ask, acme, group(person, {"name": "みらい商事", "domain": "mirai.example"}), secret=True)
    with tenant_scope(acme.workspace):
        upsert_leads([LeadInput(external_ids={"external_id": "43"}, last_name="次")], by=None, now=NOW)

    tell(ask, acme, group("43", {"domain": "Mirai.example"}), secret=True)

    assert works_at(acme) == ["みらい商事", "みらい商事"]
