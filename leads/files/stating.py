"""Mapped cells of a row as a person, and what somebody would have to change in a cell that is refused."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from leads.entry import LeadInput, Permission

PREFECTURES = (
    *(
        "北海道",
        "青森県",
        "岩手県",
        "宮城県",
        "秋田県",
        "山形県",
        "福島県",
        "茨城県",
        "栃木県",
        "群馬県",
        "埼玉県",
        "千葉県",
    ),
    *(
        "東京都",
        "神奈川県",
        "新潟県",
        "富山県",
        "石川県",
        "福井県",
        "山梨県",
        "長野県",
        "岐阜県",
        "静岡県",
        "愛知県",
        "三重県",
    ),
    *(
        "滋賀県",
        "京都府",
        "大阪府",
        "兵庫県",
        "奈良県",
        "和歌山県",
        "鳥取県",
        "島根県",
        "岡山県",
        "広島県",
        "山口県",
        "徳島県",
    ),
    *("香川県", "愛媛県", "高知県", "福岡県", "佐賀県", "長崎県", "熊本県", "大分県", "宮崎県", "鹿児島県", "沖縄県"),
)
PLAIN = frozenset(
    (
        *("email", "last_name", "first_name", "last_name_kana", "first_name_kana", "company", "department"),
        *("job_title", "phone", "prefecture", "owner"),
    )
)
# Columns that speak for other fields where the row says nothing in theirs.
SPEAKS_FOR: Mapping[str, tuple[str, ...]] = {
    "name": ("last_name", "first_name"),
    "name_kana": ("last_name_kana", "first_name_kana"),
    "mobile": ("phone",),
    "address": ("prefecture",),
}
OWN = "attributes."
_TAG_ENDS = re.compile(r"[;,、；，|\n]+")
_YES = frozenset(
    ("1", "true", "yes", "y", "t", "はい", "有", "あり", "○", "〇", "✓", "x", "on", "停止", "拒否", "配信停止")
)
_ZIP = re.compile(r"^[〒\s]*\d{3}-?\d{4}\s*")


def person(cells: Mapping[str, str], *, erase: bool, consents: Sequence[Permission] = ()) -> LeadInput:
    """A row as the upsert takes it. `cells` by field; a blank says nothing, or with `erase` empties the field."""
    said = dict(cells)
    for whole in spoken_for(cells):
        said.update(zip(SPEAKS_FOR[whole], _PARTS[whole](said[whole]), strict=True))
    filled = said if erase else {key: text for key, text in said.items() if text}
    stated: dict[str, Any] = {key: text for key, text in filled.items() if key in PLAIN}
    refusal = (Permission(topic="*", state="refused", basis=None),) if says_yes(said.get("refused", "")) else ()
    own = {key.removeprefix(OWN): text for key, text in filled.items() if key.startswith(OWN)}
    return LeadInput(
        **stated,
        attributes=own,
        external_ids=_identifiers(said),
        tags=tags_of(said.get("tags", "")),
        consents=(*consents, *refusal),
    )


def spoken_for(cells: Mapping[str, str]) -> list[str]:
    """The columns that speak for others in this row: spoken_for({"mobile": "090…", "phone": ""}) == ["mobile"]."""
    return [
        whole for whole, parts in SPEAKS_FOR.items() if cells.get(whole) and not any(cells.get(part) for part in parts)
    ]


def prefecture_of(address: str) -> str:
    """The prefecture an address begins with, behind its postal code; "" when it names none."""
    plain = _ZIP.sub("", unicodedata.normalize("NFKC", address).strip())
    return next((name for name in PREFECTURES if plain.startswith(name)), "") if plain else ""


def split_name(text: str) -> tuple[str, str]:
    """(family name, given name) of a name in one cell: at its gap, else all of it is the family name.

    split_name("山田　太郎") == ("山田", "太郎"); in Latin letters the last word is the family name.
    """
    parts = unicodedata.normalize("NFKC", text).split()
    if len(parts) < 2:
        return "".join(parts), ""
    if text.isascii() and "," not in text:
        return parts[-1], " ".join(parts[:-1])
    return parts[0].rstrip(","), " ".join(parts[1:])


def tags_of(text: str) -> tuple[str, ...]:
    """The words of a cell that lists tags."""
    return tuple(filter(None, (word.strip() for word in _TAG_ENDS.split(text)))) if text else ()


def says_yes(text: str) -> bool:
    """Whether a cell of a yes-or-no column says yes."""
    return unicodedata.normalize("NFKC", text).strip().casefold() in _YES if text else False


_PARTS: Mapping[str, Callable[[str], tuple[str, ...]]] = {
    "name": split_name,
    "name_kana": split_name,
    "mobile": lambda text: (text,),
    "address": lambda text: (prefecture_of(text),),
}


def _identifiers(said: Mapping[str, str]) -> dict[str, str]:
    found = {key.removeprefix("external_ids."): said[key] for key in said if key.startswith("external_ids.")}
    if said.get("external_id"):
        found["external_id"] = said["external_id"]
    return {kind: value for kind, value in found.items() if value}


_ADDRESS = re.compile(r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+")
_DIGITS = re.compile(r"[+\d][\d\-()\s]{7,}")


def likely_meant(code: str, text: str) -> str:
    """What the cell may have been meant to say; "" when nobody can tell.

    likely_meant("invalid_address", "taro＠example。co.jp") == "taro@example.co.jp".
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if code == "invalid_address":
        joined = re.sub(r"\s+", "", plain).replace("。", ".").replace(",", ".").replace("..", ".")
        found = _ADDRESS.search(plain) or _ADDRESS.search(joined)
        return found[0] if found and found[0] != text else ""
    if code == "invalid_phone":
        number = _DIGITS.search(plain)
        return number[0].strip() if number and number[0].strip() != text else ""
    return ""
