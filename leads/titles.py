"""Job titles as a rank: what is printed on a Japanese business card, read from the highest post it names."""

import re
import unicodedata

RANKS = (
    "staff",
    "leader",
    "section_chief",
    "manager",
    "deputy_director",
    "director",
    "general_manager",
    "executive",
    "president",
)
_INDEX = {rank: index for index, rank in enumerate(RANKS)}

# Longest post first inside a rank and across ranks: 事業部長 must not be read as 部長.
_POSTS = (
    (
        "president",
        r"代表取締役|代表執行役|代表社員|代表理事|取締役社長|社長|会長|理事長|頭取|代表|ceo|president|founder|owner|オーナー",
    ),
    ("executive", r"執行役員|取締役|執行役|専務|常務|監査役|役員|理事|c[ftmiodp]o|cxo|vp|vice[\s-]*president|officer"),
    ("general_manager", r"本部長|事業部長|統括部長|事業本部長|general[\s-]*manager|ゼネラルマネー?ジャー"),
    ("deputy_director", r"次長|senior[\s-]*manager|シニアマネー?ジャー"),
    ("director", r"部長|支店長|支社長|工場長|局長|director|ディレクター|head of"),
    ("manager", r"課長|室長|所長|店長|センター長|グループ長|マネー?ジャー|manager"),
    ("section_chief", r"係長|主任|supervisor"),
    ("leader", r"チームリーダー|リーダー|班長|leader|チーフ|chief"),
    ("staff", r"担当者?|一般社員|社員|スタッフ|メンバー|秘書|staff|member|assistant|アシスタント"),
)
_NOT_A_POST = r"(?!室|秘書|付|会事務局)"
_POST = re.compile(
    r"(?P<below>副|担当(?=部長|課長|次長)|サブ|assistant\s+|deputy\s+|sub[\s-]*)?(?:"
    + "|".join(f"(?P<{rank}>(?:{words}){_NOT_A_POST})" for rank, words in _POSTS)
    + r")(?P<acting>代理|補佐|心得)?"
)
_STAFF = re.compile(r"一般|平社員")


def rank_of(title: str) -> int | None:
    """Index into RANKS of the highest post in `title`; None when no post is understood (for a person to decide).

    代理, 補佐, 副 and 担当部長 stand one rank below the post they name; of several posts (兼務) the highest counts.
    rank_of("営業部 部長代理 兼 課長") == RANKS.index("deputy_director").
    """
    plain = unicodedata.normalize("NFKC", title).casefold().strip()
    ranks = [_rank(match) for match in _POST.finditer(plain)]
    if ranks:
        return max(ranks)
    return 0 if _STAFF.search(plain) else None


def rank_index(key: str) -> int:
    """rank_index("manager") == 3; KeyError for a word that is no rank."""
    return _INDEX[key]


def rank_key(index: int | None) -> str | None:
    """The key of a stored rank: rank_key(3) == "manager"."""
    return None if index is None else RANKS[index]


def _rank(match: re.Match[str]) -> int:
    rank = next(key for key in RANKS if match[key])
    lowered = bool(match["below"]) or bool(match["acting"])
    return max(0, _INDEX[rank] - lowered)
