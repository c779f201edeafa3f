"""`/workspace`: what a key may read and change of its own workspace."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import psycopg2
import pytest

from ma_platform.audit.models import AuditEntry
from ma_platform.tenancy.queries import workspace_settings
from ma_platform.tenancy.scope import tenant_scope
from tests.api.conftest import Send, in_thread
from tests.timing import eventually, somebody_waits


def test_it_shows_the_settings_with_the_address_in_effect(acme, globex, call: Send):
    assert call("GET", "workspace").json() == {
        "id": acme.workspace.public_id,
        "name": "アクメ",
        "timezone": "Asia/Tokyo",
        "locale": "ja",
        "alert_address": "owner@acme.example",
        "sender": {"name": "", "postal_address": "", "contact": ""},
    }


def test_a_patch_changes_what_it_names_and_nothing_else(acme, globex, call: Send):
    call("PATCH", "workspace", {"sender": {"name": "株式会社アクメ", "contact": "03-0000-0000"}})

    answer = call(
        "PATCH", "workspace", {"name": "新アクメ", "alert_address": "s@acme.example", "sender": {"name": "新"}}
    )

    assert answer.status_code == 200
    assert answer.json() == call("GET", "workspace").json()
    assert answer.json()["sender"] == {"name": "新", "postal_address": "", "contact": "03-0000-0000"}
    assert (answer.json()["name"], answer.json()["timezone"]) == ("新アクメ", "Asia/Tokyo")


@pytest.mark.django_db(transaction=True)
def test_a_patch_keeps_what_another_one_changes_at_the_same_moment(acme, call: Send):
    with closing(psycopg2.connect(os.environ["DATABASE_WORKER_URL"])) as other, ThreadPoolExecutor(1) as pool:
        other.cursor().execute("UPDATE tenancy_workspace SET timezone = 'UTC'")
        other.cursor().execute("SELECT set_config('app.tenant_id', %s, true)", [str(acme.workspace.pk)])
        other.cursor().execute("UPDATE tenancy_workspacesettings SET sender_contact = '03-0000-0000'")
        body = {"name": "新アクメ", "sender": {"name": "新"}}
        running = pool.submit(in_thread, lambda: call("PATCH", "workspace", body))
        eventually(lambda: somebody_waits(other), every=0.01)
        other.commit()
        answer = running.result(timeout=10).json()

    assert (answer["name"], answer["timezone"]) == ("新アクメ", "UTC")
    assert answer["sender"] == {"name": "新", "postal_address": "", "contact": "03-0000-0000"}


def test_the_other_workspace_stays_as_it_was(acme, globex, call: Send):
    call("PATCH", "workspace", {"name": "x", "locale": "en"})

    with tenant_scope(globex.workspace):
        assert (workspace_settings().name, workspace_settings().locale) == ("Globex", "ja")


def test_wrong_values_are_refused_and_change_nothing(acme, call: Send):
    answer = call("PATCH", "workspace", {"name": "x", "timezone": "Mars", "locale": "xx", "alert_address": "no"})

    assert (answer.status_code, sorted(answer.json()["errors"])) == (422, ["alert_address", "locale", "timezone"])
    assert call("GET", "workspace").json()["name"] == "アクメ"


def test_a_change_is_on_record_with_the_key_that_made_it(acme, call: Send):
    call("PATCH", "workspace", {"name": "x"})

    with tenant_scope(acme.workspace):
        assert AuditEntry.objects.get(verb="workspace.edited").actor.startswith("key_")
