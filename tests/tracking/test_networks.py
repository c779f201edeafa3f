"""Networks learned from people, uploaded, refused, asked of providers; and the page that shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from leads.actions import LeadInput, upsert_leads
from leads.actions.networks import learn_from_people
from ma_platform.audit.models import AuditEntry
from ma_platform.db import sql
from ma_platform.env import WrongSetting
from ma_platform.tenancy.permissions import Role
from ma_platform.tenancy.scope import tenant_scope
from tests.tracking.collecting import NOW
from tests.tracking.visiting import visit, visitor_number
from tracking.actions import ask_providers, enrich, load_providers, refuse_network, upload_networks
from tracking.models import Network
from tracking.network_list import read_list
from tracking.networks import PROVIDERS, Known, register
from tracking.queries import NetworkFilter, networks, visits

DAY = 24 * 60


def people(*addresses: str) -> list[int]:
    done = upsert_leads([LeadInput(email=address) for address in addresses], by=None, now=NOW)
    return [one.lead_id for one in done if one.lead_id is not None]


def office(*addresses: str, ip: str = "203.0.113.9", device: str = "desktop") -> list[int]:
    """People who visited from one address today."""
    leads = people(*addresses)
    for lead in leads:
        visit(f"of {lead}", lead=lead, ip=ip, device=device)
    return leads


def guesses() -> list[tuple[str, str, str, int]]:
    return list(Network.objects.order_by("network").values_list("network", "kind", "company_domain", "people"))


def test_a_network_is_learned_from_two_people_of_one_company(in_acme):
    office("a@alpha.jp", "b@alpha.jp")

    learned = learn_from_people(now=NOW)

    assert (learned.kept, guesses()) == (1, [("203.0.113.9/32", "company", "alpha.jp", 2)])
    one = Network.objects.get()
    assert (one.source, one.confidence, one.expires_at) == ("learned", 57, NOW + timedelta(days=60))


def test_a_learned_guess_is_shown_as_a_possibility_and_never_written_into_a_person(in_acme):
    office("a@alpha.jp", "b@alpha.jp")
    learn_from_people(now=NOW)
    visit("stranger", lead=people("c@gmail.com")[0], ip="203.0.113.9")
    before = sql.run("SELECT to_jsonb(lead)::text FROM leads_lead AS lead ORDER BY id").values()

    enrich(now=NOW)

    (one,) = visits(visitor_id=visitor_number("stranger"))
    assert (one.company.domain, one.company.source, one.company.confidence) == ("alpha.jp", "learned", 57)
    assert sql.run("SELECT to_jsonb(lead)::text FROM leads_lead AS lead ORDER BY id").values() == before


def test_one_person_on_three_days_is_enough(in_acme):
    (lead,) = people("a@alpha.jp")
    visit(lead=lead, ip="203.0.113.9")
    visit(minutes=-DAY, lead=lead, ip="203.0.113.9")
    first = learn_from_people(now=NOW).kept
    visit(minutes=-2 * DAY, lead=lead, ip="203.0.113.9")

    assert (first, learn_from_people(now=NOW).kept) == (0, 1)


@pytest.mark.parametrize(
    ("addresses", "device"),
    [
        (["a@alpha.jp", "b@alpha.jp", "c@beta.jp", "d@gamma.jp"], "desktop"),
        (["a@gmail.com", "b@gmail.com"], "desktop"),
        (["a@alpha.jp", "b@alpha.jp", "c@gmail.com"], "desktop"),
        (["a@alpha.jp", "b@alpha.jp"], "mobile"),
    ],
)
def test_shared_lines_homes_and_carriers_are_never_guessed(in_acme, addresses, device):
    office(*addresses, device=device)

    assert (learn_from_people(now=NOW).kept, guesses()) == (0, [])


def test_machines_and_shortened_addresses_teach_nothing(in_acme):
    leads = office("a@alpha.jp", "b@alpha.jp", ip="203.0.113.0")
    visit("bot", lead=leads[0], ip="203.0.113.7", verdict=1)
    visit("bot", minutes=40, lead=leads[1], ip="203.0.113.7", verdict=1)

    assert learn_from_people(now=NOW).kept == 0


def test_lines_of_one_company_make_its_wider_network(in_acme):
    office("a@alpha.jp", "b@alpha.jp", ip="2001:db8:1:2::5")
    office("c@alpha.jp", "d@alpha.jp", ip="2001:db8:1:3::5")

    learn_from_people(now=NOW)

    assert [network for network, *_ in guesses()] == ["2001:db8:1:2::/64", "2001:db8:1:3::/64", "2001:db8:1::/48"]


def test_a_guess_ends_when_its_people_are_gone(in_acme):
    office("a@alpha.jp", "b@alpha.jp")
    learn_from_people(now=NOW)

    learned = learn_from_people(now=NOW + timedelta(days=61))

    assert (learned.ended, guesses()) == (1, [])


def test_what_was_refused_stays_refused(in_acme, acme):
    office("a@alpha.jp", "b@alpha.jp")
    learn_from_people(now=NOW)
    refuse_network(Network.objects.get().public_id, by=acme.owner, now=NOW)

    learn_from_people(now=NOW)
    enrich(now=NOW)

    assert guesses() == [("203.0.113.9/32", "refused", "alpha.jp", 2)]
    assert sql.run("SELECT count(*) FROM tracking_session WHERE company_name <> ''").value() == 0


def test_one_workspaces_people_teach_nobody_else(in_acme, globex):
    office("a@alpha.jp", "b@alpha.jp")
    learn_from_people(now=NOW)

    with tenant_scope(globex.workspace):
        assert learn_from_people(now=NOW).kept == 0
        assert Network.objects.count() == 0


class Directory:
    """A provider that knows one address, and notes whether it was asked inside a transaction."""

    name = "directory"
    asked: list[str]

    def look_up(self, addresses: Sequence[str]) -> Mapping[str, Known]:
        self.asked = [*addresses]
        assert not connection.in_atomic_block
        return {"203.0.113.9": Known("203.0.113.0/24", "company", "アルファ", "alpha.jp", 40, "provider")}


@pytest.mark.django_db(transaction=True)
def test_a_provider_is_asked_once_about_addresses_nobody_knows(acme, monkeypatch):
    provider = Directory()
    monkeypatch.setitem(PROVIDERS, "directory", provider)
    with tenant_scope(acme.workspace):
        visit(ip="203.0.113.9")
        visit("v2", ip="198.51.100.1")
    enrich(now=NOW)

    kept = ask_providers(now=NOW)
    asked = provider.asked
    enrich(now=NOW)

    assert (kept, asked) == (2, ["198.51.100.1", "203.0.113.9"])
    assert ask_providers(now=NOW) == 0
    with tenant_scope(acme.workspace):
        (one,) = visits(visitor_id=visitor_number())
        assert (one.company.name, one.company.source, one.company.confidence) == ("アルファ", "provider", 40)
        assert [row.network for row in networks(NetworkFilter(), now=NOW)] == ["203.0.113.0/24"]


def test_a_provider_that_is_not_there_stops_the_start():
    with pytest.raises(WrongSetting, match=r"NETWORK_PROVIDERS: cannot use 'no\.such\.module'"):
        load_providers(["no.such.module"])


def test_two_providers_need_two_names(monkeypatch):
    monkeypatch.setitem(PROVIDERS, "directory", Directory())

    with pytest.raises(ValueError, match="two network providers"):
        register(Directory())


LIST = "network,company,domain\n203.0.113.0/24,アルファ,alpha.jp\n198.51.100.7,ベータ,beta.jp\n"


def upload(text: str, by: object, *, replace: bool = False):
    return upload_networks(read_list(text).entries, replace=replace, by=by, now=NOW)


def test_a_list_adds_changes_and_replaces(in_acme, acme):
    first = upload(LIST, acme.owner)
    again = upload(LIST, acme.owner)
    other = upload("203.0.113.0/24,アルファ商事,alpha.jp", acme.owner, replace=True)

    assert [(one.added, one.changed, one.removed) for one in (first, again, other)] == [(2, 0, 0), (0, 2, 0), (0, 1, 1)]
    assert list(Network.objects.values_list("network", "company_name")) == [("203.0.113.0/24", "アルファ商事")]
    assert AuditEntry.objects.filter(verb="networks.uploaded").count() == 3


def test_the_list_counts_visits_and_people_of_the_last_days(in_acme, acme):
    upload(LIST, acme.owner)
    office("a@alpha.jp", "b@alpha.jp")
    visit("stranger", ip="203.0.113.77")
    visit("stranger", minutes=-31 * DAY, ip="203.0.113.77")

    rows = networks(NetworkFilter(), now=NOW)

    assert [(row.network, row.visits, row.people) for row in rows] == [
        ("198.51.100.7/32", 0, 0),
        ("203.0.113.0/24", 3, 2),
    ]
    assert [row.network for row in networks(NetworkFilter(text="ALPHA"), now=NOW)] == ["203.0.113.0/24"]
    assert networks(NetworkFilter(source="learned"), now=NOW) == []


def csv(text: str, encoding: str = "cp932") -> SimpleUploadedFile:
    return SimpleUploadedFile("list.csv", text.encode(encoding))


def test_an_upload_is_shown_with_its_counts_before_anything_is_written(acme, sign_in):
    browser = sign_in(Role.MARKETER)
    bad = LIST + "bad,<script>alert(1)</script>\n"

    page = browser.post("/tracking/networks/upload", {"file": csv(bad), "mode": "add"}).content.decode()

    assert "アルファ" in page
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page
    with tenant_scope(acme.workspace):
        assert Network.objects.count() == 0


def test_a_shown_list_is_put_in_once_it_is_confirmed(acme, sign_in):
    browser = sign_in(Role.MARKETER)

    done = browser.post("/tracking/networks/confirm", {"text": LIST, "mode": "replace"}, follow=True)

    assert done.redirect_chain == [("/tracking/networks/", 302)]
    with tenant_scope(acme.workspace):
        assert Network.objects.count() == 2


@pytest.mark.parametrize("content", [b"\x81\xff\xfe\xfa", b""])
def test_a_file_of_no_use_is_refused_beside_its_field(acme, sign_in, content):
    answer = sign_in().post("/tracking/networks/upload", {"file": SimpleUploadedFile("l.csv", content), "mode": "add"})

    assert answer.status_code == 422


def test_a_network_is_added_by_hand_and_deleted(acme, sign_in):
    browser = sign_in()
    made = browser.post("/tracking/networks/new", {"network": "203.0.113.7/24", "kind": "own", "company_name": "本社"})
    with tenant_scope(acme.workspace):
        one = Network.objects.get()
    page = browser.get("/tracking/networks/").content.decode()

    gone = browser.post(f"/tracking/networks/{one.public_id}/delete")

    assert (made.status_code, gone.status_code) == (302, 302)
    assert (one.network, one.kind, one.source) == ("203.0.113.0/24", "own", "list")
    assert "203.0.113.0/24" in page
    with tenant_scope(acme.workspace):
        assert Network.objects.count() == 0


@pytest.mark.parametrize(
    "given",
    [
        {"network": "no", "kind": "company", "company_name": "A"},
        {"network": "0.0.0.0/0", "kind": "company", "company_name": "A"},
        {"network": "203.0.113.0/24", "kind": "company", "company_name": ""},
    ],
)
def test_a_wrong_network_is_refused_and_changes_nothing(acme, sign_in, given):
    assert sign_in().post("/tracking/networks/new", given).status_code == 422
    with tenant_scope(acme.workspace):
        assert Network.objects.count() == 0


def test_a_viewer_sees_the_list_and_changes_nothing(acme, sign_in):
    browser = sign_in(Role.VIEWER)

    page = browser.get("/tracking/networks/")
    refused = browser.post("/tracking/networks/new", {"network": "203.0.113.0/24", "kind": "own"})

    assert (page.status_code, refused.status_code) == (200, 403)
    assert "/tracking/networks/upload" not in page.content.decode()


def test_the_lead_page_shows_visits_sources_and_the_possible_company(acme, sign_in):
    with tenant_scope(acme.workspace):
        upload(LIST, acme.owner)
        (lead,) = people("a@gamma.jp")
        visit(lead=lead, ip="203.0.113.9", source={"channel": "paid", "utm_source": "google", "utm_campaign": "<b>春"})
        address = sql.run("SELECT public_id FROM leads_lead WHERE id = %(lead)s", lead=lead).value()
    enrich(now=NOW)

    page = sign_in().get(f"/leads/{address}").content.decode()

    assert "アルファ" in page
    assert "会社の可能性" in page
    assert "&lt;b&gt;春" in page
