"""Every error has one shape, names the field, and never guesses."""

from __future__ import annotations

from django.test import Client

from leads.models import Lead
from ma_platform.tenancy.scope import tenant_scope
from tests.api.conftest import Send


def test_a_missing_thing_is_a_problem(call: Send):
    answer = call("GET", "leads/lead_00000000000000000000000000000000")

    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json() == {"type": "about:blank", "title": "Not found", "status": 404, "code": "not_found"}


def test_a_path_that_does_not_exist_is_a_problem_too(call: Send):
    answer = call("GET", "nothing-here")

    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")
    assert answer.json()["code"] == "not_found"


def test_without_a_key_it_says_how_to_come_in(db: None):
    answer = Client().get("/api/v1/leads")

    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert answer.json()["code"] == "unauthorized"


def test_an_unknown_field_is_refused_by_name_and_nothing_is_made(acme, call: Send):
    answer = call("POST", "leads", {"email": "a@client.example", "colour": "red"})

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert answer.json()["errors"] == {"colour": ["Unknown field."]}
    with tenant_scope(acme.workspace):
        assert Lead.objects.count() == 0


def test_an_unknown_field_inside_is_refused_too(call: Send):
    answer = call("PATCH", "workspace", {"sender": {"name": "a", "fax": "1"}})

    assert (answer.status_code, answer.json()["errors"]) == (422, {"sender": {"fax": ["Unknown field."]}})


def test_what_is_not_json_is_a_bad_request(call: Send):
    answer = call("POST", "leads", "{not json")

    assert (answer.status_code, answer.headers["Content-Type"]) == (400, "application/problem+json")


def test_a_list_where_an_object_belongs_is_refused(call: Send):
    assert call("POST", "leads", ["a"]).status_code == 422


def test_another_media_type_is_refused(api: Client):
    answer = api.post("/api/v1/leads", "a=b", content_type="application/x-www-form-urlencoded")

    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


def test_a_document_is_refused_at_the_path_of_its_bad_part(call: Send):
    answer = call(
        "POST", "flows", {"v": 1, "name": {"ja": "x", "en": "x"}, "trigger": {"type": "manual"}, "start": "no"}
    )

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_document")
    assert all(path.startswith("/") for path in answer.json()["errors"])


def test_a_method_that_is_not_there_says_which_are(call: Send):
    answer = call("DELETE", "leads")

    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert set(answer.headers["Allow"].split(", ")) >= {"GET", "POST"}


def test_a_body_over_a_megabyte_is_not_read(call: Send):
    answer = call("POST", "leads", '{"last_name": "' + "x" * 1024 * 1024 + '"}')

    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


def test_a_nul_character_is_refused(call: Send):
    assert call("POST", "leads", {"email": "a@client.example", "last_name": "a\x00b"}).status_code == 422


def test_problems_speak_the_platforms_language_whoever_was_served_before(acme, sign_in, call: Send):
    body = {"email": "not an address"}
    before = call("POST", "leads", body).json()["errors"]
    reader = sign_in()
    reader.post("/language/", {"language": "en"})
    reader.get("/leads/")

    assert call("POST", "leads", body).json()["errors"] == before
