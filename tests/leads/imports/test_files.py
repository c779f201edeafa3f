"""Bytes to cells: every encoding people's files come in, and files that are broken or too large."""

import io
import zipfile

import pytest

from leads.files import (
    FileRefused,
    Limits,
    Reading,
    defuse,
    encodings,
    preview,
    read_rows,
    restore,
    suggest_mapping,
    unique_headers,
)
from leads.files.headers import Target
from leads.files.profiles import PROFILES, recognise_profile
from leads.files.stating import person, prefecture_of, split_name
from leads.files.writing import open_writer
from tests.leads.imports.filing import CARDS, in_euc, text_of, workbook
from tests.leads.imports.sharing import shared

FILES = {
    "cp932, CRLF": text_of(CARDS).encode("cp932"),
    "cp932, LF, quoted": text_of(CARDS, newline="\n", quote_all=True).encode("cp932"),
    "cp932, tabs": text_of(CARDS, delimiter="\t").encode("cp932"),
    "UTF-8, LF": text_of(CARDS, newline="\n").encode(),
    "UTF-8, CRLF, quoted": text_of(CARDS, quote_all=True).encode(),
    "UTF-8 with a mark": text_of(CARDS).encode("utf-8-sig"),
    "UTF-8 with a mark, CR, quoted": text_of(CARDS, newline="\r", quote_all=True).encode("utf-8-sig"),
    "UTF-16 with a mark, tabs (Excel)": text_of(CARDS, delimiter="\t").encode("utf-16"),
    "UTF-16 little-endian without a mark": text_of(CARDS, newline="\n").encode("utf-16-le"),
    "UTF-16 big-endian without a mark": text_of(CARDS).encode("utf-16-be"),
    "EUC-JP, LF": in_euc(text_of(CARDS, newline="\n")),
    "EUC-JP, CRLF, quoted": in_euc(text_of(CARDS, quote_all=True)),
    "UTF-8, semicolons": text_of(CARDS, delimiter=";").encode(),
    "XLSX": workbook(CARDS),
}


@pytest.mark.parametrize("content", FILES.values(), ids=FILES.keys())
def test_no_character_is_lost_in_any_encoding(content):
    seen = preview(io.BytesIO(content))

    assert [seen.headers, *seen.rows] == CARDS


def test_a_file_without_headings_gets_letters():
    seen = preview(io.BytesIO(text_of(CARDS[1:]).encode("cp932")))

    assert (seen.reading.header, seen.headers[:2]) == (False, ["#A", "#B"])
    assert seen.rows == CARDS[1:]


def test_lines_above_the_table_are_left_out():
    seen = preview(io.BytesIO(text_of([["名刺データ"], [], *CARDS]).encode("cp932")))

    assert [seen.headers, *seen.rows] == CARDS


def test_repeated_headings_are_told_apart():
    assert unique_headers(["電話", "電話", ""]) == ["電話", "電話 (2)", "#C"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"\n\n\n", "empty"),
        (b"PK\x03\x04 no zip at all", "broken_workbook"),
        (("a," * 300 + "b\n").encode(), "too_many_columns"),
        (b"a,b\n" + b"x" * 70_000 + b",1\n", "cell_too_long"),
        (b'a,b\n1,"never closed\n' + b"x,y\n" * 60_000, "cell_too_long"),
    ],
    ids=["nothing", "blank lines", "no zip", "wide", "a long cell", "an open quote"],
)
def test_broken_files_are_refused(content, code):
    with pytest.raises(FileRefused) as refused:
        preview(io.BytesIO(content))

    assert refused.value.code == code


def test_an_endless_line_is_refused():
    limits = Limits(columns=2, cell=1000)

    with pytest.raises(FileRefused) as refused:
        list(read_rows(io.BytesIO(b"x" * 5_000), Reading(), limits=limits))

    assert refused.value.code == "line_too_long"


def test_more_rows_than_allowed_are_refused():
    with pytest.raises(FileRefused) as refused:
        list(read_rows(io.BytesIO(b"a\n" * 20), Reading(), limits=Limits(rows=10)))

    assert (refused.value.code, refused.value.row) == ("too_many_rows", 12)


def test_a_zip_bomb_is_refused_before_it_is_opened():
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * 30_000_000)

    with pytest.raises(FileRefused) as refused:
        preview(held)

    assert refused.value.code == "workbook_too_large"


def test_a_workbook_with_an_entity_bomb_is_refused():
    source, held = zipfile.ZipFile(io.BytesIO(workbook(CARDS))), io.BytesIO()
    with zipfile.ZipFile(held, "w") as packed:
        for name in source.namelist():
            content = source.read(name)
            if name.endswith("sheet1.xml"):
                content = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><worksheet>&b;</worksheet>'
            packed.writestr(name, content)

    with pytest.raises(FileRefused) as refused:
        preview(held)

    assert refused.value.code == "broken_workbook"


MANY = [[f"a{row}", f"b{row}"] for row in range(20_000)]


def test_to_see_the_first_rows_of_a_workbook_its_texts_are_not_read_to_the_end():
    seen = preview(shared(MANY, ends=b"<si><t>never closed"))

    assert (seen.headers, seen.rows[0], seen.sheets) == (["a0", "b0"], ["a1", "b1"], ["Sheet"])


def test_a_workbook_whose_texts_are_broken_is_refused_when_it_is_read():
    held = shared([*MANY, ["</broken>"]])

    with pytest.raises(FileRefused) as refused:
        list(read_rows(held, preview(held).reading))

    assert (refused.value.code, refused.value.row) == ("broken_workbook", 20_000)


def test_a_text_with_formats_is_read_whole_and_without_its_furigana():
    rich = "<r><t>高</t></r><r><t>橋</t></r><rPh sb='0' eb='2'><t>タカハシ</t></rPh>"

    seen = preview(shared([["姓"], [rich]]))

    assert (seen.headers, seen.rows) == (["姓"], [["高橋"]])


@pytest.mark.parametrize("text", ["=1+1", "+81-3-1234", "-2+3", "@SUM(A1)", "\t=1", "＝cmd", " =1", "'=1", "''=1"])
def test_formulas_are_defused_and_come_back(text):
    assert defuse(text) == f"'{text}"
    assert restore(defuse(text)) == text


@pytest.mark.parametrize("text", ["", "山田", "-5", "-1.5", "0312345678", "'90s", "a=b"])
def test_what_is_no_formula_stays_itself(text):
    assert restore(defuse(text)) == text
    assert defuse(text) == text


def test_shift_jis_writes_what_windows_has_and_counts_the_rest():
    held = io.BytesIO()
    writer = open_writer(held, "csv_cp932")

    writer.write([["①㈱髙﨑〜−", "𠮷野家🎉", "=1"]])

    assert writer.close() == 2
    assert held.getvalue().decode("cp932") == "①㈱髙﨑～－,〓野家〓,'=1\r\n"


def test_a_workbook_holds_text_and_numbers():
    held = io.BytesIO()
    writer = open_writer(held, "xlsx")
    writer.write([["a", "b"], ["=HYPERLINK()", 5], ["x\x0b", None]])
    writer.close()

    seen = preview(held)

    assert [seen.headers, *seen.rows] == [["a", "b"], ["=HYPERLINK()", "5"], ["x", ""]]


def test_the_better_heading_wins():
    targets = [Target("email", ("メールアドレス", "メール")), Target("phone", ("電話番号", "電話"))]

    mapping = suggest_mapping(["会社のメールアドレス", "E_Mail", "メール", "ＴＥＬ", "携帯電話"], targets)

    assert mapping == {"E_Mail": "email", "携帯電話": "phone"}


EIGHT = (
    "会社名,部署名,役職,氏名,e-mail,郵便番号,住所,TEL会社,TEL部門,TEL直通,Fax,携帯電話,URL,名刺交換日,Eightでつながっている人,"
    "再データ化中の名刺,'?'を含んだデータ"
)


@pytest.mark.parametrize(
    ("headings", "key"),
    [
        (EIGHT, "eight"),
        ("名刺ID,会社名,部署名,役職,姓,名,e-mail,住所,TEL,名刺交換日,名刺所有者", "sansan"),
        ("Lead ID,First Name,Last Name,Company,Email,Lead Source,Lead Status,Lead Owner", "salesforce_lead"),
        ("リードID,姓,名,会社名,メール,リードソース,リード状況,リード所有者", "salesforce_lead_ja"),
        (
            "Contact ID,First Name,Last Name,Account Name,Email,Mailing State/Province,Contact Owner",
            "salesforce_contact",
        ),
        ("Record ID,First Name,Last Name,Email,Lifecycle Stage,Contact owner,Create Date", "hubspot"),
        ("id,points,firstname,lastname,email,company,last_active,date_identified,preferred_locale", "mautic"),
    ],
)
def test_files_of_known_products_are_recognised(headings, key):
    profile = recognise_profile(headings.split(","))

    assert profile is not None
    assert profile.key == key


def test_no_two_profiles_share_a_key():
    assert len({profile.key for profile in PROFILES}) == len(PROFILES)


def test_one_cell_with_a_name_is_split():
    said = person(
        {"name": "山田　太郎", "address": "〒100-0001 東京都千代田区", "mobile": "090-1234-5678"}, erase=False
    )

    assert (said.last_name, said.first_name, said.prefecture, said.phone) == ("山田", "太郎", "東京都", "090-1234-5678")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("山田 太郎", ("山田", "太郎")),
        ("山田", ("山田", "")),
        ("Taro Yamada", ("Yamada", "Taro")),
        ("Yamada, Taro", ("Yamada", "Taro")),
    ],
)
def test_names_are_split_at_their_gap(text, parts):
    assert split_name(text) == parts


def test_an_address_abroad_has_no_prefecture():
    assert prefecture_of("1 Market St, San Francisco") == ""


def test_an_encoding_that_loses_most_of_a_large_file_is_not_tried_to_its_end(monkeypatch: pytest.MonkeyPatch):
    tried: list[str] = []
    feed = encodings._Reader.feed

    def noted(reader: encodings._Reader, block: bytes, *, final: bool = False) -> None:
        tried.append(reader.name)
        feed(reader, block, final=final)

    monkeypatch.setattr(encodings._Reader, "feed", noted)
    content = io.BytesIO("㈱髙﨑商会,営業①課,課長\r\n".encode("cp932") * 100_000)

    assert encodings.detect_encoding(content) == "cp932"
    assert (tried.count("euc_jp"), tried.count("utf-8")) == (1, 1)
    assert tried.count("cp932") > 3
