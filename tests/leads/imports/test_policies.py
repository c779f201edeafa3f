"""Policies by column: what can be chosen, and that columns which speak for other fields follow theirs as well."""

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from leads.actions import LeadInput, upsert_lead
from leads.models import Import, Lead
from ma_platform.tenancy.permissions import Role
from ma_platform.tenancy.scope import tenant_scope
from tests.conftest import NOW
from tests.leads.imports.filing import imported, text_of, uploaded

KNOWN = {"last_name": "山田", "first_name": "太郎", "last_name_kana": "ヤマダ", "first_name_kana": "タロウ"}
KNOWN |= {"phone": "03-1234-5678", "prefecture": "東京都"}
NAMES = ("last_name", "first_name", "last_name_kana", "first_name_kana", "phone", "prefecture")
WHOLE = {
    "name": "鈴木 花子",
    "name_kana": "スズキ ハナコ",
    "mobile": "090-1111-2222",
    "address": "〒530-0001 大阪府大阪市",
}
OLD = ("山田", "太郎", "ヤマダ", "タロウ", "03-1234-5678", "東京都")
NEW = ("鈴木", "花子", "スズキ", "ハナコ", "090-1111-2222", "大阪府")


def known(**said: str) -> None:
    upsert_lead(LeadInput(email="taro@yamada.example", **said), by=None, now=NOW)


def said(workspace, now, cells: dict[str, str], policy: dict[str, str], **options: bool) -> Lead:
    """The person after a file with these columns."""
    content = text_of([["email", *cells], ["taro@yamada.example", *cells.values()]]).encode()
    mapping = {"email": "email", **{heading: heading for heading in cells}}
    imported(content, by=workspace.owner, now=now, mapping=mapping, policy=policy, **options)
    return Lead.objects.get()


@pytest.mark.parametrize(("policy", "left"), [("overwrite", NEW), ("fill", OLD), ("never", OLD)])
def test_a_column_that_speaks_for_others_follows_its_policy(in_acme, now, policy, left):
    known(**KNOWN)

    lead = said(in_acme, now, WHOLE, dict.fromkeys(WHOLE, policy))

    assert tuple(getattr(lead, name) for name in NAMES) == left


@pytest.mark.parametrize(("policy", "left"), [("fill", NEW), ("never", ("",) * 6)])
def test_it_fills_what_is_blank_unless_it_never_changes_anything(in_acme, now, policy, left):
    known()

    lead = said(in_acme, now, WHOLE, dict.fromkeys(WHOLE, policy))

    assert tuple(getattr(lead, name) for name in NAMES) == left


@pytest.mark.parametrize(
    ("policy", "phone"),
    [
        ({"phone": "overwrite", "mobile": "fill"}, "03-1234-5678"),
        ({"phone": "overwrite", "mobile": "never"}, "03-1234-5678"),
        ({"phone": "fill", "mobile": "overwrite"}, "03-1234-5678"),
        ({"phone": "never"}, "03-1234-5678"),
        ({"phone": "overwrite", "mobile": "overwrite"}, "090-1111-2222"),
    ],
)
def test_beside_a_column_of_the_field_itself_the_stricter_policy_counts(in_acme, now, policy, phone):
    known(**KNOWN)

    lead = said(in_acme, now, {"phone": "", "mobile": "090-1111-2222"}, policy)

    assert lead.phone == phone


def test_the_fields_own_cell_follows_its_own_policy(in_acme, now):
    known(**KNOWN)

    lead = said(in_acme, now, {"phone": "06-1111-2222", "mobile": "090-1111-2222"}, {"mobile": "never"})

    assert lead.phone == "06-1111-2222"


@pytest.mark.parametrize(
    ("stated", "policy", "left"),
    [
        ("山田太郎", "overwrite", ("山田", "太郎")),
        ("太郎山田", "overwrite", ("山田", "太郎")),
        ("山田", "overwrite", ("山田", "太郎")),
        ("鈴木花子", "overwrite", ("鈴木花子", "")),
        ("鈴木花子", "fill", ("山田", "太郎")),
        ("鈴木花子", "never", ("山田", "太郎")),
        ("山田 花子", "fill", ("山田", "太郎")),
    ],
)
@pytest.mark.parametrize("erase", [False, True], ids=["blanks_say_nothing", "blanks_erase"])
def test_a_full_name_is_one_thing(in_acme, now, stated, policy, left, erase):
    known(last_name="山田", first_name="太郎")

    lead = said(in_acme, now, {"name": stated}, {"name": policy}, erase=erase)

    assert (lead.last_name, lead.first_name) == left


@pytest.mark.parametrize(
    ("last_name", "first_name", "left"),
    [("山田", "", ("山田", "太郎")), ("", "太郎", ("山田", "太郎")), ("鈴木", "", ("鈴木", ""))],
)
def test_a_full_name_fills_the_part_that_is_missing_of_the_same_name_only(in_acme, now, last_name, first_name, left):
    known(last_name=last_name, first_name=first_name)

    lead = said(in_acme, now, {"name": "山田 太郎"}, {"name": "fill"})

    assert (lead.last_name, lead.first_name) == left


@pytest.fixture
def at_now() -> Iterator[None]:
    """The pages' clock stands where the workers' does."""
    with time_machine.travel(NOW, tick=False):
        yield


def offered(browser: Client, transfer: Import) -> list[list[str]]:
    """What each column's select offers."""
    columns = browser.get(f"/imports/{transfer.public_id}").context["columns"]
    return [[key for key, _label in column["policies"]] for column in columns]


def test_a_column_is_offered_what_its_field_can(acme, sign_in, at_now):
    with tenant_scope(acme.workspace):
        content = text_of([["email", "役職", "タグ", "配信停止", "？"], ["a@x.example", "課長", "展示会", "", ""]])
        transfer = uploaded(content.encode(), by=acme.owner, now=NOW)
    plain = ["overwrite", "fill", "never"]

    assert offered(sign_in(Role.OWNER), transfer) == [plain, plain, ["append", "never"], [], plain]


def test_a_policy_a_field_does_not_have_is_refused_and_nothing_chosen_is_lost(acme, sign_in, at_now):
    with tenant_scope(acme.workspace):
        content = text_of([["email", "役職"], ["a@x.example", "課長"]]).encode()
        transfer = uploaded(content, by=acme.owner, now=NOW)
    browser, chosen = sign_in(Role.OWNER), {"field-0": "email", "field-1": "department", "policy-0": "fill"}

    refused = browser.post(f"/imports/{transfer.public_id}/columns", {**chosen, "policy-1": "append", "erase": "on"})

    assert (refused.status_code, "部署" in refused.context["problem"]) == (422, True)
    assert [(one["key"], one["policy"]) for one in refused.context["columns"]] == [
        ("email", "fill"),
        ("department", "append"),
    ]
    assert refused.context["options"].erase
    with tenant_scope(acme.workspace):
        assert Import.objects.get().state == "uploaded"


def test_another_field_brings_its_own_policies(acme, sign_in, at_now):
    with tenant_scope(acme.workspace):
        transfer = uploaded(text_of([["email", "？"], ["a@x.example", ""]]).encode(), by=acme.owner, now=NOW)
    browser, place = sign_in(Role.OWNER), f"/imports/{transfer.public_id}/policies"

    tags = browser.get(f"{place}/1?field-1=tags").content.decode()
    fixed = browser.get(f"{place}/1?field-1=refused").content.decode()

    assert [f'value="{policy}"' in tags for policy in ("overwrite", "append", "never")] == [False, True, True]
    assert ("<select" in fixed, browser.get(f"{place}/2?field-2=tags").status_code) == (False, 404)
