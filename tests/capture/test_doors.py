"""Hostile and odd visitors at the public doors of forms and files."""

from __future__ import annotations

import io
import json
from base64 import urlsafe_b64decode
from datetime import timedelta
from typing import Any
from urllib.parse import quote_from_bytes

import pytest
from django.core.files.storage import default_storage
from django.test import Client

from capture.actions import Upload, set_published, store_asset
from capture.models import Asset, Form, Submission
from capture.queries.public import HONEYPOT
from capture.refusals import FileRefused
from capture.tokens import Download, download_token, shown_token
from leads.models import Lead
from ma_platform import clock
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from tests.capture.filling import DOCUMENT, post, published, today, token
from tracking.actions import drain
from tracking.catalogue import Event
from tracking.models import Event as Fact

ENCODED = "application/x-www-form-urlencoded"


def send(form: Form, body: bytes, kind: str = ENCODED, **headers: str) -> Any:
    return Client().post(f"/f/{form.public_id}", body, content_type=kind, headers=headers)


def kept(acme: NewWorkspace) -> tuple[int, int]:
    with tenant_scope(acme.workspace):
        return Submission.objects.count(), Lead.objects.count()


def test_the_hosted_page_works_without_javascript(acme: NewWorkspace) -> None:
    form = published(acme.workspace)
    page = Client().get(f"/f/{form.public_id}")
    content = page.content.decode()
    assert 'name="email"' in content
    assert "案内を受け取ります" in content
    assert HONEYPOT in content
    assert "frame-ancestors *" in page["Content-Security-Policy"]

    sent = Client().post(
        f"/f/{form.public_id}", {"token": token(form), "email": "taro@x.example", "consents.newsletter": "true"}
    )

    assert sent.status_code == 200
    assert "ありがとうございます" in sent.content.decode()
    assert kept(acme) == (1, 1)


def test_the_hosted_page_comes_back_with_values_and_reasons(acme: NewWorkspace) -> None:
    form = published(acme.workspace)

    answer = Client().post(f"/f/{form.public_id}", {"token": token(form), "email": "x", "last_name": "<b>山田</b>"})

    assert answer.status_code == 422
    assert "&lt;b&gt;山田&lt;/b&gt;" in answer.content.decode()
    assert 'aria-invalid="true"' in answer.content.decode()
    assert kept(acme) == (0, 0)


def test_an_old_site_may_post_in_shift_jis(acme: NewWorkspace) -> None:
    form = published(acme.workspace)
    name = quote_from_bytes("髙﨑①".encode("cp932"))

    answer = send(form, f"token={token(form)}&email=taro%40x.example&last_name={name}".encode())

    assert answer.status_code == 200
    with tenant_scope(acme.workspace):
        assert Lead.objects.get().last_name == "髙﨑①"


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"email=%81%20", ENCODED, 400),
        (b"&".join(b"f%d=x" % number for number in range(101)), ENCODED, 413),
        (b"x" * (256 * 1024 + 1), ENCODED, 413),
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        ('{"fields": {"last_name": "山田"}}'.encode("cp932"), "application/json", 400),
        (b'{"fields": []}', "application/json", 422),
        (b'{"fields": 7}', "application/json", 400),
        (b"<xml/>", "text/xml", 415),
    ],
)
def test_bodies_that_are_no_form_are_refused(acme: NewWorkspace, body: bytes, kind: str, status: int) -> None:
    assert send(published(acme.workspace), body, kind).status_code == status
    assert kept(acme) == (0, 0)


def test_a_hundred_and_one_fields_are_too_many_in_json_as_well(acme: NewWorkspace) -> None:
    answer = post(published(acme.workspace), {f"f{number}": "x" for number in range(101)})

    assert answer.status_code == 413


def test_control_characters_become_spaces_and_never_headers(acme: NewWorkspace) -> None:
    fields = {"email": "taro@x.example", "last_name": "山田\r\nBcc: evil@x.example\x00", "message": "一\r\n二\x00"}

    answer = post(published(acme.workspace), fields)

    assert answer.status_code == 200
    with tenant_scope(acme.workspace):
        assert Lead.objects.get().last_name == "山田 Bcc: evil@x.example"
        assert Submission.objects.get().values["message"] == "一\n二"


@pytest.mark.parametrize("address", ["a@x.example\nBcc: b@x.example", "a@x.example,b@x.example", "a\x00@x.example"])
def test_an_address_cannot_carry_another(acme: NewWorkspace, address: str) -> None:
    assert set(post(published(acme.workspace), {"email": address}).json()["errors"]) == {"email"}


def test_eight_kilobytes_of_emoji_fit_a_long_answer_and_no_name(acme: NewWorkspace) -> None:
    form, emoji = published(acme.workspace), "👨‍👩‍👧" * 450

    refused = post(form, {"email": "taro@x.example", "last_name": emoji})
    taken = post(form, {"email": "taro@x.example", "message": emoji})

    assert set(refused.json()["errors"]) == {"last_name"}
    assert taken.status_code == 200
    with tenant_scope(acme.workspace):
        assert Submission.objects.get().values["message"] == emoji


@pytest.mark.parametrize("value", [{"a": 1}, [["x"]], 7, ["a", "b"]])
def test_json_that_is_no_text_is_refused(acme: NewWorkspace, value: object) -> None:
    answer = post(published(acme.workspace), {"email": "taro@x.example", "last_name": value})

    assert set(answer.json()["errors"]) == {"last_name"}


def test_a_token_of_another_form_or_an_old_one_is_refused(acme: NewWorkspace) -> None:
    form, other = published(acme.workspace), published(acme.workspace)
    old = shown_token(form.public_id, now=clock.now() - timedelta(hours=25))

    answers = [post(form, {"email": "taro@x.example"}, token=bad) for bad in (token(other), old, "", "x" * 2000)]

    assert [(answer.status_code, set(answer.json()["errors"])) for answer in answers] == [(422, {"token"})] * 4
    assert kept(acme) == (0, 0)


def test_another_workspaces_form_keeps_its_answers_to_itself(acme: NewWorkspace, globex: NewWorkspace) -> None:
    theirs = published(globex.workspace)
    ours = published(acme.workspace)
    swapped = theirs.public_id.replace(globex.workspace.code, acme.workspace.code)

    answers = [Client().get(f"/f/{swapped}{rest}").status_code for rest in ("", ".json")]
    mixed = (
        Client()
        .post(f"/f/{swapped}", {"token": token(ours), "fields": {}}, content_type="application/json")
        .status_code
    )

    assert (answers, mixed) == ([404, 404], 404)
    assert kept(acme) == (0, 0)


def test_a_closed_form_is_a_missing_one(acme: NewWorkspace) -> None:
    form = published(acme.workspace)
    with tenant_scope(acme.workspace):
        set_published(form, published=False, by=None, now=today())

    assert Client().get(f"/f/{form.public_id}").status_code == 404
    assert post(form, {"email": "taro@x.example"}).status_code == 404


def test_ten_posts_a_minute_and_then_a_pause(acme: NewWorkspace) -> None:
    form = published(acme.workspace)

    codes = [post(form, {"email": f"p{number}@x.example"}).status_code for number in range(11)]

    assert codes == [200] * 10 + [429]


def test_any_site_may_embed_and_no_cookie_is_needed(acme: NewWorkspace) -> None:
    form = published(acme.workspace)
    asked = Client().options(f"/f/{form.public_id}", headers={"origin": "https://customer.example"})
    shown = Client().get(f"/f/{form.public_id}.json", headers={"origin": "https://customer.example"})

    assert (asked.status_code, asked["Access-Control-Allow-Origin"]) == (204, "*")
    assert "Access-Control-Allow-Credentials" not in asked
    assert shown.json()["fields"][0] == {
        "key": "email",
        "type": "email",
        "label": "メールアドレス",
        "required": True,
        "help": "",
        "placeholder": "",
        "multiline": False,
        "choices": [],
        "default": "",
    }
    assert shown.json()["honeypot"] == HONEYPOT


def test_a_redirect_is_a_redirect_for_browsers(acme: NewWorkspace) -> None:
    form = published(acme.workspace, after={"redirect": "https://acme.example/thanks"})

    page = Client().get(f"/f/{form.public_id}")
    sent = Client().post(f"/f/{form.public_id}", {"token": token(form), "email": "taro@x.example"})

    assert (sent.status_code, sent["Location"]) == (302, "https://acme.example/thanks")
    assert "https://acme.example" in page["Content-Security-Policy"]


PDF = b"%PDF-1.7 a whitepaper"


def keep(acme: NewWorkspace, name: str = "../../白書\r\n.exe", content: bytes = PDF) -> Asset:
    with tenant_scope(acme.workspace):
        return store_asset(Upload(name, len(content), io.BytesIO(content)), by=None, now=today())


def test_a_document_is_handed_out_by_a_signed_link_and_counted(acme: NewWorkspace) -> None:
    form = published(acme.workspace, after={"asset": keep(acme).public_id})

    after = post(form, {"email": "taro@x.example"}).json()["after"]["asset"]
    got: Any = Client(headers={"user-agent": "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_0) Safari/605.1.15"}).get(
        after["url"]
    )
    looked = Client().head(after["url"])
    drain(now=today())

    assert b"".join(got.streaming_content) == PDF
    assert got["X-Content-Type-Options"] == "nosniff"
    assert got["Content-Disposition"].startswith("attachment")
    assert looked.status_code == 200
    with tenant_scope(acme.workspace):
        fact = Fact.objects.get(name=Event.ASSET_DOWNLOADED)
        assert fact.lead_id == Lead.objects.get().pk


def test_links_end_and_cannot_be_made_up(acme: NewWorkspace, globex: NewWorkspace) -> None:
    asset = keep(acme)
    good = Download(acme.workspace.code, asset.public_id, "sub_1")
    foreign = Download(globex.workspace.code, asset.public_id, "sub_1")
    old = download_token(good, now=today() - timedelta(days=8))
    tokens = [old, download_token(good, now=today())[:-2] + "xx", "x", download_token(foreign, now=today())]

    assert [Client().get(f"/d/{one}").status_code for one in tokens] == [404] * 4


def test_a_quarantined_answer_gets_no_document(acme: NewWorkspace) -> None:
    form = published(acme.workspace, after={"asset": keep(acme).public_id})

    after = post(form, {"email": "taro@x.example", HONEYPOT: "x"}).json()["after"]

    assert set(after) == {"message"}


def test_a_file_keeps_a_name_of_ours_and_a_kind_by_its_content(acme: NewWorkspace) -> None:
    asset = keep(acme, name="../../白書\r\n.exe")

    assert (asset.name, asset.extension, asset.content_type) == ("白書.pdf", "pdf", "application/pdf")
    assert asset.path == f"assets/{acme.workspace.code}/{asset.public_id}.pdf"


@pytest.mark.parametrize("content", [b"", b"<svg onload=alert(1)>", b"MZ\x90", b"<html>"])
def test_what_is_not_a_document_is_refused(acme: NewWorkspace, content: bytes) -> None:
    with pytest.raises(FileRefused):
        keep(acme, name="innocent.pdf", content=content)


def test_the_embed_script_is_the_same_for_every_form(acme: NewWorkspace) -> None:
    form = published(acme.workspace)
    answer: Any = Client().get(f"/f/{form.public_id}.js")

    assert answer.status_code in (200, 404)  # 404 only before the assets are built
    assert Client().get("/f/frm_nothing.js").status_code == 404


def test_a_link_to_a_document_tells_nothing_but_public_ids(acme: NewWorkspace) -> None:
    form = published(acme.workspace, after={"asset": keep(acme).public_id})

    url = post(form, {"email": "taro@x.example"}).json()["after"]["asset"]["url"]

    payload = url.rpartition("/")[2].split(":")[0]
    stated = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert set(stated) == {"w", "a", "s", "u"}


def test_a_document_the_storage_has_lost_is_a_missing_page_and_no_download(acme: NewWorkspace) -> None:
    asset = keep(acme)
    default_storage.delete(asset.path)
    link = download_token(Download(acme.workspace.code, asset.public_id, "sub_1"), now=today())

    assert Client().get(f"/d/{link}").status_code == 404
    drain(now=today())
    with tenant_scope(acme.workspace):
        assert not Fact.objects.filter(name=Event.ASSET_DOWNLOADED).exists()


def test_only_what_was_ticked_comes_back_ticked(acme: NewWorkspace) -> None:
    kinds = {"key": "kind", "type": "checkbox", "label": "種類", "choices": ["A", "AB", "B"]}
    form = published(acme.workspace, fields=[DOCUMENT["fields"][0], kinds])

    page = Client().post(f"/f/{form.public_id}", {"token": token(form), "email": "x", "kind": "AB"}).content.decode()

    assert page.count(" checked") == 1
    assert 'value="AB" checked' in page
