"""A marketer's morning: cards come in, a segment is built, a visitor walks into it, and its people go out as a file."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.people import answer, send, signed_in, visitor
from tests.browser.stack import Stack
from tests.timing import eventually

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300), pytest.mark.xdist_group("stack")]
CARDS = """会社名,部署名,役職,姓,名,e-mail,TEL会社,名刺ID,名刺交換日,名刺所有者
㈱髙﨑商会,営業①課,課長,髙﨑,花子,hanako@takasaki.example,03-1234-5678,1,2026/11/02,鈴木
株式会社髙﨑商会,営業②課,主任,﨑山,次郎,jiro@takasaki.example,03-1234-5679,2,2026/11/02,鈴木
競合ソフト㈱,企画部,部長,競,太郎,taro@rival.example,06-1111-2222,3,2026/11/03,鈴木
青葉精密工業㈱,製造部,取締役,青葉,一郎,ichiro@aoba.example,06-3333-4444,4,2026/11/03,鈴木
"""
HANAKO = {
    "メールアドレス": "hanako@takasaki.example",
    "姓": "髙﨑",
    "名": "花子",
    "会社名": "㈱髙﨑商会",
    "役職": "課長",
}
RIVAL = {"メールアドレス": "taro@rival.example", "姓": "競", "名": "太郎", "会社名": "競合ソフト㈱", "役職": "部長"}
SENTENCE = "課長以上で過去30日に料金ページを2回以上見た、競合以外"
TAG = "料金に関心"


def test_a_list_of_cards_becomes_a_segment_that_follows_its_visitors(browser: Browser, stack: Stack):
    marketer = signed_in(browser, stack)
    import_cards(marketer, stack)
    see_companies_joined(marketer, stack)
    leave_out(marketer, stack, "rival.example")

    build_segment(marketer, stack)
    expect(marketer.locator("[data-total]")).to_have_attribute("data-total", "0")
    marketer.get_by_role("button", name="セグメントを作成").click()
    expect(marketer.get_by_role("heading", name=SENTENCE, level=1)).to_be_visible()

    look_at_prices(browser, stack, RIVAL, HANAKO)
    eventually(lambda: members(marketer) == ["髙﨑 花子"])

    tag_them(marketer, TAG)
    [row] = exported(marketer, stack, TAG)
    assert (row["メールアドレス"], row["姓"], row["タグ"]) == ("hanako@takasaki.example", "髙﨑", TAG)


def import_cards(page: Page, stack: Stack) -> None:
    """A list as a card scanner writes it for Excel: cp932 with ㈱, ① and 髙."""
    page.goto(f"{stack.url}/imports/new")
    page.get_by_label("ファイル", exact=True).set_input_files(
        {"name": "cards.csv", "mimeType": "text/csv", "buffer": CARDS.replace("\n", "\r\n").encode("cp932")}
    )
    page.get_by_role("button", name="ファイルを読み込む").click()
    expect(page.get_by_role("cell", name="営業①課").first).to_be_visible()
    expect(page.get_by_label("根拠")).to_have_value("business_card")
    page.get_by_label("証跡").fill("11月の展示会で名刺交換")
    page.get_by_role("button", name="内容を確認").click()
    page.get_by_role("button", name="取り込む").click(timeout=20_000)
    expect(page.get_by_role("button", name="このインポートを取り消す").first).to_be_visible(timeout=20_000)


def see_companies_joined(page: Page, stack: Stack) -> None:
    """Two spellings of one company are one, with both of its people."""
    page.goto(f"{stack.url}/companies/")
    expect(page.get_by_role("row", name=re.compile("髙﨑商会"))).to_have_count(1)
    page.get_by_role("link", name=re.compile("髙﨑商会")).click()
    expect(page.get_by_role("link", name="髙﨑 花子").first).to_be_visible()
    expect(page.get_by_role("link", name="﨑山 次郎").first).to_be_visible()


def leave_out(page: Page, stack: Stack, domain: str) -> None:
    page.goto(f"{stack.url}/companies/exclusions/")
    page.get_by_label("対象").fill(domain)
    page.get_by_role("button", name="追加").click()
    expect(page.get_by_role("row", name=re.compile(domain))).to_contain_text("競合")


def build_segment(page: Page, stack: Stack) -> None:
    """The sentence of the marketer, put together with the builder."""
    page.goto(f"{stack.url}/segments/new")
    page.get_by_label("名前").fill(SENTENCE)
    rank = added(page, "項目")
    choose(rank, "項目", "役職ランク")
    choose(rank, "比較", "以上")
    choose(rank, "役職ランク: 値", "課長")
    visits = added(page, "行動")
    choose(visits, "行動", "ページ閲覧")
    choose(visits, "期間", "過去")
    visits.get_by_role("spinbutton", name="回数").fill("2")
    visits.get_by_role("button", name="絞り込む").click()
    where = visits.locator(".cb-item")
    choose(where, "項目", "パス")
    choose(where, "比較", "を含む")
    where.get_by_role("textbox").or_(where.get_by_role("combobox")).fill("/pricing")
    rival = added(page, "項目")
    choose(rival, "項目", "除外リストの区分")
    choose(rival, "比較", "が次と異なる")
    choose(rival, "除外リストの区分: 値", "競合")
    rival.get_by_label("未入力の人も含む").check()


def added(page: Page, kind: str) -> Locator:
    """The new line of the builder's outermost group."""
    group = page.locator(".cb-group").first
    group.locator("> .cb-add").get_by_role("button", name=kind, exact=True).click()
    return group.locator("> .cb-nodes > li > .cb-item").last


def choose(line: Locator, label: str, option: str) -> None:
    line.get_by_role("button", name=re.compile(f"^{re.escape(label)}: ")).first.click()
    line.get_by_role("combobox", name=f"{label}: 検索").fill(option)
    line.get_by_role("option", name=re.compile(f"^{option}")).first.click()


def look_at_prices(browser: Browser, stack: Stack, *people: dict[str, str]) -> None:
    """People on the list, each at their own browser, ask for the document and look at the prices twice."""
    pages = [visitor(browser) for _ in people]
    read_together(pages, f"{stack.site}/pricing/")
    read_together(pages, f"{stack.site}/whitepaper/")
    for page, answers in zip(pages, people, strict=True):
        answer(page, answers)
    pages[0].wait_for_timeout(1500)  # nobody fills a form in less than two seconds
    for page in pages:
        send(page)
    read_together(pages, f"{stack.site}/pricing/")
    for page in pages:
        page.context.close()


def read_together(pages: list[Page], url: str) -> None:
    for page in pages:
        page.goto(url)
        page.mouse.move(200, 300)
    pages[0].wait_for_timeout(1200)


def members(page: Page) -> list[str]:
    page.reload()
    return page.locator("#members .person .cell-link").all_inner_texts()


def tag_them(page: Page, tag: str) -> None:
    """Everybody of the segment, from the list of leads."""
    page.get_by_role("link", name="一覧で表示").click()
    start_job(page, "add_tag")
    page.get_by_label("タグ").fill(tag)
    page.get_by_role("button", name="タグを付ける").click()
    expect(page.get_by_text("完了").first).to_be_visible(timeout=20_000)


def start_job(page: Page, kind: str) -> None:
    page.get_by_label("このページの全員を選択").check()
    page.locator("#bulk").get_by_role("combobox").select_option(kind)
    page.get_by_role("button", name="次へ").click()


def exported(page: Page, stack: Stack, tag: str) -> list[dict[str, str]]:
    """Whoever wears the tag, as the file says it that a browser keeps."""
    page.goto(f"{stack.url}/leads/?tag={quote(tag)}")
    start_job(page, "export")
    page.get_by_role("button", name="ファイルを作成").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="ダウンロード").first.click(timeout=20_000)
    return list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text("utf-8-sig"))))
