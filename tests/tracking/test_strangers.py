"""What strangers choose (titles, addresses, campaigns, link texts, event names, keys) on every page that shows it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import quote

import pytest
import redis
from django.test import Client
from django.urls import reverse

from leads.actions import LeadInput, upsert_leads
from leads.queries import find_lead_by_email
from ma_platform import clock
from ma_platform.tenancy.permissions import Role
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.ui.strangers import cut, plain
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from tests.tracking.collecting import NOW
from tests.tracking.visiting import visit
from tracking.actions import NewFact, SharedHost, SubjectRef, add_domain, bind_visitor, record_many
from tracking.browser_urls import BrowserKey
from tracking.catalogue import Event
from tracking.collector import wiring
from tracking.collector.refusal import Refusal
from tracking.collector.refused import Refused
from tracking.collector.request import Request
from tracking.debugging import domain_rows
from tracking.models import Domain, Visitor
from tracking.queries import Sighting, conflicts

TURNED = "\u202egpj.exe<script>alert(1)</script>"
LONG = "W" * 400
URL = f"https://www.acme.jp/{LONG}?{TURNED}"
KEY = "../../etc/passwd\u202e"
UNKNOWN = "<b>\u202e"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\u202egpj.exe", "agpj.exe"),
        ("\u2066a\u2069\u200b\ufeff b\x00\nc", "a b c"),
        ("家\U000e0100 👨‍👩‍👧", "家\U000e0100 👨‍👩‍👧"),  # variants and joined pictures are letters
        ("", ""),
    ],
)
def test_letters_that_turn_or_hide_others_are_not_shown(text, shown):
    assert plain(text) == shown


def test_a_strangers_text_is_escaped_isolated_and_whole_in_its_tooltip():
    assert cut('"<b>\u202e') == '<span class="cut" title="&quot;&lt;b&gt;"><bdi>&quot;&lt;b&gt;</bdi></span>'


@pytest.fixture
def strangers(acme: NewWorkspace) -> str:
    """A browser, bound to somebody, whose every field is hostile, and one of nobody's; the person's public id."""
    now = clock.now()
    link = SubjectRef("link", f"https://x.example/{LONG}", TURNED + LONG)
    source = {"channel": "campaign", "utm_source": TURNED, "utm_campaign": TURNED + LONG}
    with tenant_scope(acme.workspace):
        (made,) = upsert_leads([LeadInput(email="a@x.example")], by=None, now=now)
        passed = int((now - NOW) / timedelta(minutes=1))
        for key in (KEY, UNKNOWN):
            visit(key, url=URL, title=TURNED + LONG, source=source, agent=TURNED, minutes=passed, verdict=2)
        Visitor.objects.filter(key=UNKNOWN).update(first_source=source)
        record_many([NewFact(Event.LINK_CLICKED, now, visitor=KEY, subject=link, props={TURNED: TURNED})])
        bind_visitor(KEY, made.lead_id, "form", now)
        person = find_lead_by_email("a@x.example").public_id
    refuse(acme, now)
    return person


def refuse(acme: NewWorkspace, now: datetime) -> None:
    client: redis.Redis = wiring.client(wiring.place())
    refused = Refused(client)
    asked = Request("/v1/track", {"origin": TURNED, "user-agent": TURNED})
    refused.note(acme.workspace.pk, asked, Refusal(400, TURNED + LONG), now=now)
    refused.flush()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "path",
    [
        "/tracking/live/",
        "/tracking/pages/?days=365",
        f"/tracking/pages/?days=365&url={quote(URL)}",
        "/tracking/debug/",
        "/tracking/traffic/?days=90",
        f"/visitors/?page={quote(URL)}",
        "$visitor",
        "$person",
    ],
)
def test_hostile_fields_are_shown_as_text_and_cut(path: str, strangers: str, sign_in: Callable[[Role], Client]) -> None:
    places = {"$visitor": reverse("tracking:visitor", args=[KEY]), "$person": reverse("leads:page", args=[strangers])}

    answer = sign_in(Role.OWNER).get(places.get(path, path))

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "<script>alert(1)" not in page
    shown = re.sub(r'<input type="hidden"[^>]*>', "", page)  # what a form says again is what was said
    assert "gpj.exe" in shown
    assert [shown[found.start() - 90 : found.end() + 9] for found in re.finditer("\u202e", shown)] == []
    assert page.count("<bdi>gpj.exe&lt;script&gt;") == page.count('title="gpj.exe&lt;script&gt;')


@pytest.mark.parametrize(
    ("key", "address"),
    [
        ("0b3c7b0e-58f4-4b4a-9d06-6f9f0a0d8a11", "0b3c7b0e-58f4-4b4a-9d06-6f9f0a0d8a11"),
        ("user:a@b.jp", "user:a@b.jp"),
        ("../x", "~Li4veA"),
        (".", "~Lg"),
        ("~x", "~fng"),
    ],
)
def test_a_key_is_addressed_by_what_no_browser_resolves(key, address):
    converter = BrowserKey()

    assert converter.to_url(key) == address
    assert converter.to_python(address) == key


@pytest.mark.parametrize("address", ["~%%%", "~/w", "~AA"])
def test_an_address_of_no_key_is_a_missing_page(sign_in, address):
    assert sign_in().get(f"/tracking/visitors/{address}").status_code == 404


def test_a_browser_with_any_key_is_opened_exported_and_erased(sign_in, acme):
    with tenant_scope(acme.workspace):
        visit("../../../etc/passwd")
    client, key = sign_in(), "../../../etc/passwd"

    told = client.get(reverse("tracking:visitor_export", args=[key])).status_code
    client.post(reverse("tracking:visitor_erase", args=[key]), {"confirm": key[:12]})

    assert told == 200
    assert client.get(reverse("tracking:visitor", args=[key])).status_code == 404


def test_the_newest_sign_comes_first_whatever_was_written_first(in_acme):
    made = upsert_leads([LeadInput(email=f"{name}@x.jp") for name in "abc"], by=None, now=NOW)
    first, late, early = (one.lead_id for one in made)
    visit("one")
    bind_visitor("one", first, "form", NOW - timedelta(hours=9))
    bind_visitor("one", late, "mail_click", NOW)
    bind_visitor("one", early, "import", NOW - timedelta(hours=2))

    newest, older = conflicts()

    assert (newest.lead_id, older.lead_id) == (late, early)
    assert conflicts(before=(newest.since, newest.id)) == [older]


@pytest.mark.parametrize("kind", ["site", "tracking"])
@pytest.mark.parametrize("host", ["co.jp", "tokyo.jp", "github.io"])
def test_a_name_that_belongs_to_everybody_is_refused(in_acme, host, kind):
    with pytest.raises(SharedHost, match=host):
        add_domain(host, kind, by=in_acme.owner, now=NOW)

    assert not Domain.objects.exists()


@pytest.mark.parametrize(
    ("kind", "verified", "checked", "problem", "visits", "state", "note"),
    [
        ("site", None, None, "", 0, "確認中", ""),
        ("site", NOW, NOW, "", 0, "動作を確認", ""),
        ("site", NOW, NOW, "no_answer", 0, "以前は確認できました", "https で応答がありません。"),
        ("site", None, NOW, "no_answer", 3, "訪問が届いています", "外部から"),
        ("tracking", None, NOW, "not_ours", 0, "未確認", "CNAME"),
        ("tracking", None, NOW, "no_answer", 3, "未確認", "https"),
    ],
)
def test_the_state_of_a_host_says_what_is_true(kind, verified, checked, problem, visits, state, note):
    host = Domain(host="www.acme.jp", kind=kind, verified_at=verified, checked_at=checked, problem=problem)
    seen = [Sighting("www.acme.jp", visits, 0, NOW)] if visits else []

    (row,) = domain_rows([host], seen)

    assert row.state == state
    assert note in row.note
    assert bool(note) == bool(row.note)


def test_no_record_is_offered_for_an_address(sign_in):
    page = sign_in().get("/tracking/domains/").content.decode()

    assert "CNAME  127" not in page
    assert "TRACKING_HOST" in page


def test_a_shared_name_is_told_at_the_field(sign_in):
    page = sign_in().post("/tracking/domains/", {"host": "co.jp", "kind": "tracking"}).content.decode()

    assert "www.example.co.jp のように" in page
