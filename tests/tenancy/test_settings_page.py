"""What a workspace says about itself."""

from __future__ import annotations

from ma_platform.tenancy.queries import WorkspaceEdit, alert_address, workspace_settings
from ma_platform.tenancy.scope import tenant_scope

SAID = {
    "name": "アクメ株式会社",
    "timezone": "Asia/Singapore",
    "locale": "en",
    "alert_address": "sales@acme.example",
    "sender_name": "株式会社アクメ",
    "sender_postal_address": "東京都千代田区1-1",
    "sender_contact": "03-0000-0000",
}


def test_settings_are_kept_and_shown(acme, globex, sign_in):
    client = sign_in()

    answer = client.post("/settings/", SAID)

    with tenant_scope(acme.workspace):
        assert workspace_settings() == WorkspaceEdit(**SAID)
    assert (answer.status_code, answer["Location"]) == (302, "/settings/")
    assert "東京都千代田区1-1" in client.get("/settings/").content.decode()


def test_another_workspace_keeps_its_own(acme, globex, sign_in):
    sign_in().post("/settings/", SAID)

    with tenant_scope(globex.workspace):
        assert workspace_settings().name == "Globex"
        assert workspace_settings().sender_name == ""


def test_a_time_zone_that_does_not_exist_is_refused(acme, sign_in):
    answer = sign_in().post("/settings/", {**SAID, "timezone": "Mars/Olympus"})

    assert answer.status_code == 422
    with tenant_scope(acme.workspace):
        assert workspace_settings().timezone == "Asia/Tokyo"


def test_without_an_address_alerts_go_to_the_owner(in_acme):
    assert alert_address() == "owner@acme.example"


def test_a_form_with_a_character_no_text_can_hold_is_refused_before_any_page_reads_it(acme, sign_in):
    client = sign_in()

    answers = [client.post("/settings/", {**SAID, name: "a\0b"}).status_code for name in ("name", "x\0")]

    assert answers == [400, 400]
    with tenant_scope(acme.workspace):
        assert workspace_settings().name == "アクメ"
