"""Form documents: what is read, what is refused and where, and the pages that edit them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urljoin

import pytest
from django.test import Client

from capture.document import parse_form
from capture.models import Asset, Form, FormVersion
from capture.refusals import FormRefused
from ma_platform.api.pages import encode
from ma_platform.tenancy.models import Workspace
from ma_platform.tenancy.permissions import Role
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from tests.capture.filling import DOCUMENT, post, published

SignIn = Callable[..., Client]
EMAIL = {"key": "email", "type": "email", "label": "メール", "required": True}


def with_field(**field: Any) -> dict[str, Any]:
    return {**DOCUMENT, "fields": [EMAIL, field]}


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ([], "/"),
        ({**DOCUMENT, "v": 2}, "/v"),
        ({**DOCUMENT, "colour": "red"}, "/colour"),
        ({**DOCUMENT, "name": ""}, "/name"),
        ({**DOCUMENT, "fields": []}, "/fields"),
        ({**DOCUMENT, "fields": [EMAIL, EMAIL]}, "/fields/1"),
        (with_field(key="x", type="rating", label="x"), "/fields/1/type"),
        (with_field(key="X y", type="text", label="x"), "/fields/1/key"),
        (with_field(key="x", type="text", label="x", maps_to="lead.score"), "/fields/1/maps_to"),
        (with_field(key="x", type="text", label="x", policy="ask"), "/fields/1/policy"),
        (with_field(key="x", type="select", label="x"), "/fields/1/choices"),
        (with_field(key="x", type="text", label="x", show_when={}), "/fields/1/show_when"),
        ({**DOCUMENT, "fields": [EMAIL] * 101}, "/fields"),
        ({**DOCUMENT, "after": {}}, "/after"),
        ({**DOCUMENT, "after": {"redirect": "javascript:alert(1)"}}, "/after/redirect"),
        ({**DOCUMENT, "after": {"message": "x", "redirect": "https://x.example"}}, "/after"),
        ({**DOCUMENT, "actions": [{"type": "webhook"}]}, "/actions/0/type"),
        ({**DOCUMENT, "spam": {"min_seconds": 999}}, "/spam/min_seconds"),
        ({**DOCUMENT, "double_opt_in": True}, "/double_opt_in"),
    ],
)
def test_a_bad_document_is_refused_at_its_path(document: Any, path: str) -> None:
    with pytest.raises(FormRefused) as refused:
        parse_form(document)

    assert refused.value.path == path


def test_a_consent_field_is_a_consent_line() -> None:
    form = parse_form(with_field(key="seminar", type="consent", label="案内を希望"))

    assert [(line.topic, line.text) for line in form.consents] == [
        ("newsletter", "案内を受け取ります"),
        ("seminar", "案内を希望"),
    ][::-1]


def test_a_workspace_is_born_with_two_published_forms(acme: NewWorkspace) -> None:
    with tenant_scope(acme.workspace):
        names = list(Form.objects.filter(published_at__isnull=False).order_by("id").values_list("name", flat=True))

    assert names == ["資料請求", "お問い合わせ"]


def boxes(**changes: str) -> dict[str, str]:
    shown = {
        "name": "資料請求",
        "after": "message",
        "message": "どうも",
        "fields": "2",
        "label-0": "メール",
        "required-0": "1",
        "order-0": "2",
        "label-1": "お名前",
        "required-1": "1",
        "order-1": "1",
        "consent": "案内を受け取ります",
    }
    return {**shown, **changes}


def test_the_page_changes_texts_order_and_adds_a_question(acme: NewWorkspace, sign_in: SignIn) -> None:
    form = published(
        acme.workspace, fields=[EMAIL, {"key": "last_name", "type": "text", "label": "姓", "maps_to": "lead.last_name"}]
    )
    client = sign_in(Role.MARKETER)
    address = f"/forms/{form.public_id}"

    shown = client.post(f"{address}/preview", boxes(add_kind="long", add_label="ご相談内容"))
    saved = client.post(address, boxes(add_kind="select", add_label="規模"))

    assert "ご相談内容" in shown.content.decode()
    assert saved.status_code == 302
    with tenant_scope(acme.workspace):
        versions = list(FormVersion.objects.filter(form=form).order_by("no"))
        fields = versions[-1].document["fields"]
        assert [version.no for version in versions] == [1, 2]
        assert [(field["key"], field["label"], field["required"]) for field in fields] == [
            ("last_name", "お名前", True),
            ("email", "メール", True),
            ("select", "規模", False),
        ]
        assert versions[0].document["fields"][1]["label"] == "姓"


def test_a_save_that_makes_no_sense_says_where_and_saves_nothing(acme: NewWorkspace, sign_in: SignIn) -> None:
    form = published(acme.workspace, fields=[EMAIL, {"key": "last_name", "type": "text", "label": "姓"}])

    answer = sign_in().post(f"/forms/{form.public_id}", boxes(**{"label-1": ""}))

    assert answer.status_code == 422
    assert "/fields/0/label" in answer.content.decode()
    with tenant_scope(acme.workspace):
        assert FormVersion.objects.filter(form=form).count() == 1


def test_every_page_about_forms_opens(acme: NewWorkspace, sign_in: SignIn) -> None:
    form = published(acme.workspace)
    post(form, {"email": "taro@x.example", "message": "<script>alert(1)</script>"})
    post(form, {"email": "spam@x.example", "company_url_confirm": "x"})
    client = sign_in()
    paths = [
        "/forms/",
        *(f"/forms/{form.public_id}{rest}" for rest in ("", "/embed", "/submissions", "/submissions?show=held")),
        "/assets/",
    ]

    pages = [client.get(path) for path in paths]

    assert [page.status_code for page in pages] == [200] * len(paths)
    assert f"/f/{form.public_id}.js" in pages[2].content.decode()
    assert "&lt;script&gt;alert(1)" in pages[3].content.decode()
    assert "taro@x.example" not in pages[4].content.decode()


def test_a_held_answer_is_let_in_from_its_page(acme: NewWorkspace, sign_in: SignIn) -> None:
    form = published(acme.workspace)
    sent = post(form, {"email": "taro@x.example", "company_url_confirm": "x"}).json()["submission"]

    answer = sign_in().post(f"/forms/submissions/{sent}/release")
    page = sign_in().get("/leads/").content.decode()

    assert answer.status_code == 302
    assert "taro@x.example" in page


def test_another_workspaces_forms_are_not_there(
    acme: NewWorkspace, globex: NewWorkspace, sign_in: SignIn, api: Client
) -> None:
    theirs = published(globex.workspace).public_id
    client = sign_in()

    pages = [client.get(f"/forms/{theirs}{rest}").status_code for rest in ("", "/embed", "/submissions")]

    assert pages == [404] * 3
    assert api.get(f"/api/v1/forms/{theirs}").status_code == 404


def test_the_api_makes_reads_and_changes_forms(acme: NewWorkspace, api: Client) -> None:
    made = api.post("/api/v1/forms", {"document": DOCUMENT, "published": True}, content_type="application/json")
    address = f"/api/v1/forms/{made.json()['id']}"

    changed = api.put(address, {"document": {**DOCUMENT, "name": "新"}}, content_type="application/json")
    refused = api.put(address, {"document": {**DOCUMENT, "v": 9}}, content_type="application/json")

    assert (made.status_code, changed.json()["version"], changed.json()["published"]) == (201, 2, True)
    assert (refused.status_code, refused.json()["errors"]) == (422, {"/v": refused.json()["errors"]["/v"]})
    assert api.get(address).json()["document"]["name"] == "新"


def test_submissions_are_read_over_the_api(acme: NewWorkspace, api: Client) -> None:
    form = published(acme.workspace)
    for number in range(3):
        post(form, {"email": f"p{number}@x.example"})

    first = api.get("/api/v1/submissions", {"form": form.public_id, "limit": 2}).json()
    second = api.get(first["next"]).json()

    assert [one["values"]["email"] for one in first["results"] + second["results"]] == [
        "p2@x.example",
        "p1@x.example",
        "p0@x.example",
    ]
    assert second["next"] is None


def test_boxes_drawn_from_an_older_version_change_nothing(acme: NewWorkspace, sign_in: SignIn) -> None:
    form = published(acme.workspace, fields=[EMAIL, {"key": "last_name", "type": "text", "label": "姓"}])
    address = f"/forms/{form.public_id}"
    browser = sign_in(Role.MARKETER)

    saved = browser.post(address, boxes(version="1"))
    late = browser.post(address, boxes(version="1", **{"label-0": "遅れて"}))

    assert (saved.status_code, late.status_code) == (302, 422)
    assert 'name="version" value="2"' in browser.get(address).content.decode()
    with tenant_scope(acme.workspace):
        assert FormVersion.objects.filter(form=form).count() == 2


def test_the_eleventh_consent_survives_a_save(acme: NewWorkspace, sign_in: SignIn) -> None:
    lines = [{"topic": f"topic{n}", "text": f"同意{n}"} for n in range(12)]
    form = published(
        acme.workspace, fields=[EMAIL, {"key": "last_name", "type": "text", "label": "姓"}], consents=lines
    )
    posted = boxes() | {"consent": [line["text"] for line in lines]}

    sign_in(Role.MARKETER).post(f"/forms/{form.public_id}", posted)

    with tenant_scope(acme.workspace):
        newest = FormVersion.objects.filter(form=form).order_by("-no")[0]
    assert newest.no == 2
    assert len(newest.document["consents"]) == 12


def test_a_forged_place_in_the_list_of_answers_is_refused(acme: NewWorkspace, sign_in: SignIn, api: Client) -> None:
    form = published(acme.workspace)
    forged = encode(["2026-11-20T00:00:00", 1])

    assert sign_in().get(f"/forms/{form.public_id}/submissions?cursor={forged}").status_code == 400
    assert api.get(f"/api/v1/submissions?cursor={forged}").status_code == 422


def many(workspace: Workspace, count: int = 205) -> list[str]:
    """That many forms and as many files of one moment; the names of all forms there are, in the list's order."""
    with tenant_scope(workspace):
        now = Form.objects.latest("updated_at").updated_at + timedelta(days=1)
        names = [f"{number:03}" for number in range(count)]
        Form.objects.bulk_create(Form(name=name, created_at=now, updated_at=now) for name in names)
        Asset.objects.bulk_create(Asset(name=name, size=1, created_at=now) for name in names)
        return list(Form.objects.order_by("-updated_at", "-id").values_list("name", flat=True))


def test_the_api_lists_every_form_page_by_page(acme: NewWorkspace, api: Client) -> None:
    names = many(acme.workspace)

    first = api.get("/api/v1/forms", {"limit": 200}).json()
    second = api.get(first["next"]).json()

    assert [form["name"] for form in first["results"] + second["results"]] == names
    assert (len(first["results"]), second["next"]) == (200, None)


def test_a_made_up_place_in_the_list_is_refused(acme: NewWorkspace, api: Client, sign_in: SignIn) -> None:
    forged = encode(["yesterday", 1])

    assert api.get("/api/v1/forms", {"cursor": forged}).status_code == 422
    assert [sign_in().get(page, {"cursor": forged}).status_code for page in ("/forms/", "/assets/")] == [400, 400]


@pytest.mark.parametrize("page", ["/forms/", "/assets/"])
def test_lists_of_the_dashboard_go_on_behind_their_first_page(acme: NewWorkspace, sign_in: SignIn, page: str) -> None:
    names = many(acme.workspace, count=60)
    browser = sign_in()

    first = browser.get(page)
    (following,) = re.findall(r'href="([^"]*\?cursor=[^"]+)"', first.content.decode())
    second = browser.get(urljoin(page, following))

    shown = [row.name for row in [*first.context["rows"], *second.context["rows"]]]
    assert (len(first.context["rows"]), shown[:60]) == (50, names[:60])
    assert second.context["next_cursor"] == ""


def test_every_file_can_be_chosen(acme: NewWorkspace, sign_in: SignIn) -> None:
    many(acme.workspace)
    form = published(acme.workspace)

    page = sign_in().get(f"/forms/{form.public_id}").content.decode()

    assert ">000</option>" in page
