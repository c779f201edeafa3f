"""Joining two people on the page and by the API; the id of the one who stands aside goes on working."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.apps import apps

from leads.actions import ConsentInput, LeadInput, record_consent, upsert_lead
from leads.actions.hung import HUNG
from leads.actions.merge import merge_leads
from leads.models import Lead, Merge
from ma_platform.tenancy.scope import tenant_scope
from tests.leads.joined import again, flow, person, run


def post(api: Any, path: str, said: Any) -> Any:
    return api.post(f"/api/v1/{path}", said, content_type="application/json")


def pair(now: datetime) -> tuple[Any, Any]:
    keep = person("keep", now, last_name="山田", company="株式会社山形", job_title="主任")
    drop = person("drop", now + timedelta(hours=1), last_name="山田", company="株式会社秋田", job_title="部長")
    return keep, drop


def test_every_table_that_hangs_on_a_person_is_named():
    held = {
        model._meta.db_table
        for model in apps.get_models()
        for field in model._meta.fields
        if field.related_model is Lead and field.column == "lead_id"
    }

    assert held - set(HUNG) == set()


def test_the_preview_says_what_happens(acme, sign_in, now):
    with tenant_scope(acme.workspace.pk):
        keep, drop = pair(now)
        version = flow(now)
        run(version, keep, now)
        run(version, drop, now)
        record_consent([ConsentInput(drop.pk, "news", "refused", None)], now=now)

    page = sign_in().get(f"/leads/{keep.public_id}/merge/{drop.public_id}?prefer=newest")

    shown = {row["field"].name: row["field"] for row in page.context["fields"]}
    assert (shown["job_title"].mine, shown["job_title"].theirs) == ("主任", "部長")
    assert (shown["job_title"].wins, shown["job_title"].newer) == ("drop", "drop")
    assert len(page.context["seen"].warnings) == 3


def test_joined_on_the_page_and_parted_again(acme, sign_in, now):
    with tenant_scope(acme.workspace.pk):
        keep, drop = pair(now)
    browser = sign_in()

    joined = browser.post(f"/leads/{keep.public_id}/merge/{drop.public_id}", {"field.job_title": "drop"})
    aside = browser.get(f"/leads/{drop.public_id}")
    page = browser.get(f"/leads/{keep.public_id}")
    with tenant_scope(acme.workspace.pk):
        title, merge = again(keep).job_title, Merge.objects.get()
    parted = browser.post(f"/leads/{keep.public_id}/unmerge", {"merge": merge.public_id})

    assert (joined.status_code, aside.status_code, aside["Location"]) == (302, 302, f"/leads/{keep.public_id}")
    assert merge.public_id in page.content.decode()
    assert (title, parted.status_code) == ("部長", 302)
    assert browser.get(f"/leads/{drop.public_id}").status_code == 200


def test_the_api_joins_and_parts(acme, api, now):
    with tenant_scope(acme.workspace.pk):
        keep, drop = pair(now)

    joined = post(api, "leads/merge", {"keep": keep.public_id, "drop": drop.public_id})
    aside = api.get(f"/api/v1/leads/{drop.public_id}").json()["id"]
    parted = post(api, f"leads/{keep.public_id}/unmerge", {"drop": drop.public_id})

    assert (joined.status_code, joined.json()["id"], aside) == (200, keep.public_id, keep.public_id)
    assert (parted.status_code, parted.json()["drop"]["email"]) == (200, "drop@x.example")
    assert api.get(f"/api/v1/leads/{drop.public_id}").json()["id"] == drop.public_id


def test_another_workspaces_person_is_nobody(acme, globex, api, now):
    with tenant_scope(globex.workspace.pk):
        theirs = person("theirs", now)
    with tenant_scope(acme.workspace.pk):
        keep, _drop = pair(now)

    answer = post(api, "leads/merge", {"keep": keep.public_id, "drop": theirs.public_id})

    assert answer.status_code in (400, 422)


def test_lists_and_counts_have_the_survivor_once(acme, api, now):
    with tenant_scope(acme.workspace.pk):
        keep, drop = pair(now)
        merge_leads(keep, drop, by=None, now=now)
        stated = upsert_lead(LeadInput(email="drop@x.example", prefecture="東京都"), by=None, now=now)

    listed = api.get("/api/v1/leads").json()["results"]

    assert [row["id"] for row in listed] == [keep.public_id]
    assert stated.lead_id == keep.pk


def test_any_two_people_are_found_and_compared(acme, globex, sign_in, now):
    with tenant_scope(acme.workspace.pk):
        keep, drop = pair(now)
    with tenant_scope(globex.workspace.pk):
        pair(now)

    page = sign_in().get(f"/leads/{keep.public_id}/merge?q=山田")

    assert [row.public_id for row in page.context["rows"]] == [drop.public_id]
    assert f"/leads/{keep.public_id}/merge/{drop.public_id}" in page.content.decode()
