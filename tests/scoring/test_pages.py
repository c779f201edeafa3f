"""The score model pages: read, edit, review, publish."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.test import Client

from ma_platform.tenancy.permissions import Role
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from scoring.default_model import DEFAULT
from scoring.models import ScoreModel

SignIn = Callable[..., Client]


def draft(workspace: NewWorkspace) -> object:
    with tenant_scope(workspace.workspace):
        return ScoreModel.objects.get().draft


def test_the_model_reads_as_sentences(sign_in: SignIn) -> None:
    page = sign_in().get("/scoring/").content.decode()

    for said in ("役職が部長以上", "製品詳細ページを閲覧", "合計15点以上（12点を下回るまで）", "最大15点"):
        assert said in page


def test_saving_a_good_document_keeps_a_draft_and_shows_the_review(sign_in: SignIn, acme: NewWorkspace) -> None:
    changed = {**DEFAULT, "fit": {"rules": []}}

    answer = sign_in().post("/scoring/edit/", {"document": json.dumps(changed)}, follow=True)

    assert answer.redirect_chain == [("/scoring/review/", 302)]
    assert draft(acme) == changed


@pytest.mark.parametrize(
    ("text", "said"),
    [('{"v": 1', "JSONとして読めません"), (json.dumps({**DEFAULT, "hot": {"any": []}}), "/hot/any")],
)
def test_a_bad_document_is_kept_in_the_form_with_its_error(
    sign_in: SignIn, acme: NewWorkspace, text: str, said: str
) -> None:
    answer = sign_in().post("/scoring/edit/", {"document": text})

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert draft(acme) == DEFAULT


def test_publishing_starts_a_build_that_the_page_shows(sign_in: SignIn, acme: NewWorkspace) -> None:
    browser = sign_in()

    browser.post("/scoring/publish/", {})

    assert "バージョン2を計算しています" in browser.get("/scoring/").content.decode()


def test_sales_may_read_but_not_publish(sign_in: SignIn, acme: NewWorkspace) -> None:
    browser = sign_in(Role.SALES)

    statuses = [browser.get("/scoring/").status_code, browser.post("/scoring/publish/").status_code]

    assert statuses == [200, 403]
    with tenant_scope(acme.workspace):
        assert ScoreModel.objects.get().building_version is None
