"""Job titles as a rank: what is printed on a Japanese business card, read from the highest post it names."""

import re
import unicodedata
from functools import lru_cache

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
        r"代表取締役|代表執行役|代表社員|代表理事|代表弁護士|取締役社長|最高経営責任者|社長|会長|"
        r"理事長|頭取|総裁|社主|代表|創業者|店主|院長|学長|"
        r"総長|校長|園長|組合長|市長|町長|村長|知事|ceo|(?<!vice )(?<!vice-)president|chairman|founder|owner|オーナー",
    ),
    (
        "executive",
        r"執行役員|取締役|執行役|専務|常務|監査役|役員|理事(?!官)|最高\w{1,6}責任者|\bc[ftmiodpsr]o\b|\bcis?o\b|\bchro\b|cxo|"
        r"\b[se]?vp\b|vice[\s-]*president|officer",
    ),
    (
        "general_manager",
        r"本部長|事業部長|統括部長|統括本部長|事業本部長|事業統括|カンパニー長|総?支配人|general[\s-]*manager|"
        r"ゼネラルマネー?ジャー|統括マネー?ジャー",
    ),
    ("deputy_director", r"次長|senior[\s-]*manager|シニアマネー?ジャー|(?<!副)参事(?!官)|専任部長"),
    (
        "director",
        r"(?<!専任)部長|部門長|支店長|支社長|工場長|(?<!事務)局長|事務局長|事務長|編集長|director|ディレクター|head of",
    ),
    (
        "manager",
        r"(?<!専任)課長|室長|所長|店長|センター長|グループ長|チーム長|ユニット長|グループリーダー|副参事|主幹|婦長|師長|医長|料理長|主席|"
        r"(?<!ゼネラル)(?<!シニア)(?<!統括)マネー?ジャー|manager|バイザー長",
    ),
    ("section_chief", r"係長|主任|主査|職長|専任課長|supervisor|スーパーバイザー(?!長)"),
    (
        "leader",
        r"チームリーダー|(?<!グループ)リーダー|班長|組長|leader|チーフ|chief(?![\w\s]*officer)|\blead\b|リード(?!タイム)",
    ),
    (
        "staff",
        r"担当者?|一般社員|社員|部員|課員|係員|事務員|職員|スタッフ|メンバー|秘書|パート(?!ナー)|アルバイト|インターン|エンジニア|デザイナー|"
        r"プログラマー?|コンサルタント|アナリスト|サイエンティスト|研究員|技師|看護師|staff|member|assistant|engineer|designer|consultant|"
        r"analyst|アシスタント|営業事務|(?:社長|会長|取締役|役員)付$|^営業$|^事務$",
    ),
)
_NOT_A_POST = r"(?!室|秘書|付|会事務局)"
_STANDS_BELOW = r"副(?!参事)|担当(?=部長|課長|次長)|サブ|assistant\s+|アシスタント(?=マネ)|deputy\s+|sub[\s-]*"
_POST = re.compile(
    rf"(?P<below>{_STANDS_BELOW})?(?:"
    + "|".join(f"(?P<{rank}>(?:{words}){'' if rank == 'staff' else _NOT_A_POST})" for rank, words in _POSTS)
    + r")(?P<acting>代理|補佐|心得)?"
)
_STAFF = re.compile(r"一般|平社員")


@lru_cache(maxsize=8_192)
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
