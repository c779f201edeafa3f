"""Addresses, names, titles and telephone numbers, as Japanese people write them."""

import pytest

from leads.identity import AddressRefused, find_address, read_address
from leads.names import addressee, company_key, person_key, search_key
from leads.phones import Phone, PhoneRefused, read_phone
from leads.titles import rank_key, rank_of


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        (" Ｔａｒｏ＠Example.co.jp ", "taro@example.co.jp"),
        ("TARO@EXAMPLE.CO.JP", "taro@example.co.jp"),
        ("a..b.@docomo.ne.jp", "a..b.@docomo.ne.jp"),
        (f"{'x' * 64}@example.com", f"{'x' * 64}@example.com"),
    ],
)
def test_spellings_of_one_mailbox_have_one_key(typed: str, key: str) -> None:
    assert read_address(typed).key == key


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "taro",
        "a@b@example.com",
        "a@example.com, b@example.com",
        f"{'x' * 65}@example.com",
        f"a@{'x' * 250}.com",
        "taro@[127.0.0.1]",
        '"a b"@example.com',
        "a..b@example.com",
        "a@example.com\nBcc: b@example.com",
        "a\x00@example.com",
        "a@localhost",
    ],
)
def test_anything_but_one_plain_address_is_refused(typed: str) -> None:
    with pytest.raises(AddressRefused):
        read_address(typed)


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("taro@gmail.com", "free"),
        ("info@gmail.com", "free"),
        ("info@acme.co.jp", "role"),
        ("taro@acme.co.jp", "business"),
    ],
)
def test_free_mail_and_shared_boxes_are_told_apart(address: str, kind: str) -> None:
    found = find_address(address)

    assert found is not None
    assert found.kind == kind


@pytest.mark.parametrize(
    "name",
    [
        "日本電気",
        "株式会社日本電気",
        "日本電気 株式会社",
        "㈱日本電気",
        "(株)日本電気",
        "日本電気（株）",
        "日本電気株式会社　",
    ],
)
def test_a_company_has_one_key_whatever_its_form(name: str) -> None:
    assert company_key(name) == "日本電気"


def test_companies_that_only_begin_alike_stay_apart() -> None:
    assert company_key("日本電気硝子株式会社") == "日本電気硝子"


@pytest.mark.parametrize("name", ["Acme", "ACME, Inc.", "Acme Co., Ltd.", "ａｃｍｅ ＫＫ"])
def test_latin_company_forms_are_stripped(name: str) -> None:
    assert company_key(name) == "acme"


def test_a_company_called_only_by_its_form_keeps_a_key() -> None:
    assert company_key("株式会社") == "株式会社"


def test_width_and_kana_do_not_matter_when_searching_people() -> None:
    assert person_key("ヤマダ", "タロウ") == search_key("ﾔﾏﾀﾞ　たろう") == "やまだたろう"


@pytest.mark.parametrize(
    ("last", "first", "company", "role", "line"),
    [
        ("山田", "太郎", "アクメ株式会社", True, "山田 太郎 様"),
        ("山田様", "", "", False, "山田 様"),
        ("", "太郎 様", "", False, "太郎 様"),
        ("山田", "太郎 殿", "", False, "山田 太郎 様"),
        ("鵜殿", "", "", False, "鵜殿 様"),
        ("鵜殿　殿", "", "", False, "鵜殿 様"),
        ("殿", "太郎", "", False, "殿 太郎 様"),
        ("ご担当者様", "", "アクメ株式会社", True, "アクメ株式会社 ご担当者様"),
        ("", "", "アクメ株式会社 御中", False, "アクメ株式会社 御中"),
        ("", "", "アクメ株式会社御中", False, "アクメ株式会社 御中"),
        ("", "", "アクメ株式会社 様", False, "アクメ株式会社 御中"),
        ("", "", "株式会社靴下の王様", False, "株式会社靴下の王様 御中"),
        ("", "", "有限会社花屋さん", False, "有限会社花屋さん 御中"),
        ("", "", "アクメ株式会社", True, "アクメ株式会社 ご担当者様"),
        ("", "", "", True, "ご担当者様"),
        ("", "", "", False, "ご担当者様"),
    ],
)
def test_the_honorific_is_never_doubled(last: str, first: str, company: str, role: bool, line: str) -> None:
    assert addressee(last, first, company=company, role=role) == line


def test_elsewhere_the_given_name_comes_first_and_nobody_is_addressed_as_nobody() -> None:
    assert addressee("Doe", "Jane", locale="en") == "Jane Doe"
    assert [addressee("", company=firm, locale="en") for firm in ("Acme", "")] == ["Acme", "Sir or Madam"]


@pytest.mark.parametrize(
    ("title", "rank"),
    [
        ("代表取締役社長", "president"),
        ("代表取締役副社長", "president"),
        ("副社長", "executive"),
        ("執行役員 営業本部長", "executive"),
        ("取締役部長", "executive"),
        ("事業部長", "general_manager"),
        ("副本部長", "director"),
        ("営業部長", "director"),
        ("部長代理", "deputy_director"),
        ("担当部長", "deputy_director"),
        ("次長", "deputy_director"),
        ("課長", "manager"),
        ("部長 兼 課長", "director"),
        ("課長補佐", "section_chief"),
        ("係長", "section_chief"),
        ("主任", "section_chief"),
        ("チームリーダー", "leader"),
        ("営業担当", "staff"),
        ("社長秘書", "staff"),
        ("社長室", None),
        ("社長室長", "manager"),
        ("顧問", None),
        ("", None),
        ("Vice President", "executive"),
        ("Assistant Manager", "section_chief"),
        ("ＣＥＯ", "president"),
    ],
)
def test_titles_are_read_as_ranks(title: str, rank: str | None) -> None:
    assert rank_key(rank_of(title)) == rank


@pytest.mark.parametrize(
    ("typed", "phone"),
    [
        ("０３（１２３４）５６７８", Phone("03-1234-5678", "0312345678")),
        ("09012345678", Phone("090-1234-5678", "09012345678")),
        ("+81 3-1234-5678", Phone("03-1234-5678", "0312345678")),
        ("03-1234-5678 内線12", Phone("03-1234-5678 内線12", "0312345678")),
        ("+1 415 555 0100", Phone("+1 415-555-0100", "14155550100")),
    ],
)
def test_phones_have_one_shape(typed: str, phone: Phone) -> None:
    assert read_phone(typed) == phone


@pytest.mark.parametrize("typed", ["123", "電話なし", "0" * 50])
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(PhoneRefused):
        read_phone(typed)
