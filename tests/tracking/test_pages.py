"""The pages people see: the tag's setup, the live list, the checklist, health."""

from __future__ import annotations

from django.test import Client
from django.utils import translation

from ma_platform.tenancy.scope import tenant_scope
from tests.tracking.collecting import NOW
from tests.tracking.visiting import visit
from tracking.actions import NewFact, SubjectRef, record_many
from tracking.catalogue import Event, Verdict
from tracking.panels import tag_seen
from tracking.presentation import reason_text


def test_the_setup_page_shows_the_workspaces_own_line(sign_in, acme):
    page = sign_in().get("/tracking/setup/").content.decode()

    assert f"data-key=&quot;{acme.workspace.write_key}&quot;" in page
    assert "最初のページ閲覧を待っています" in page


def test_the_debugger_shows_events_with_their_verdict_and_why(sign_in, acme, globex):
    evil = SubjectRef("page", "https://acme.jp/<script>", "<script>alert(1)</script>")
    with tenant_scope(acme.workspace):
        record_many([NewFact(Event.PAGE_VIEWED, NOW, visitor="v1", subject=evil, verdict=Verdict.MACHINE)])
    with tenant_scope(globex.workspace):
        record_many([NewFact(Event.PAGE_VIEWED, NOW, visitor="v1", subject=SubjectRef("page", "https://globex.jp/"))])

    page = sign_in().get("/tracking/debug/").content.decode()

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page
    assert "globex.jp" not in page


def test_an_htmx_poll_gets_the_fragment_alone(sign_in):
    client: Client = sign_in()

    assert "<html" not in client.get("/tracking/live/", headers={"hx-request": "true"}).content.decode()
    assert "tag-seen" in client.get("/tracking/setup/", headers={"hx-request": "true"}).content.decode()


def test_the_checklist_notices_the_tag(in_acme):
    before = tag_seen(NOW).done
    visit("v1")

    assert (before, tag_seen(NOW).done) == (False, True)


def test_reasons_are_told_in_words():
    with translation.override("ja"):
        told = [reason_text(reason) for reason in ("prefetch", "crawler:seo", "novel")]

    assert told == ["先読み", "クローラー: seo", "novel"]
