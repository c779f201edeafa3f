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

# Where one of several posts begins. A blank does not count: プロダクト オーナー owns no firm.
_BEGINS = r"(?:(?<![^/・&,、(兼+;|:])|(?<=[/・&,、(兼+;|:] ))"
_WORD_BEGINS = r"(?<![^\s/・&,、(兼+;|:])"
_OWNER = (
    rf"(?:{_BEGINS}|(?<=店)|(?<=店舗)|(?<=ショップ)|(?<=サロン)|(?<=共同))オーナー"
    r"(?=$|[\s/・&,、)兼]|シェフ|社長|店長|経営者|院長|デザイナー|スタイリスト|パティシエ|セラピスト)|"
    rf"(?:{_BEGINS}|(?<=and )|(?<=business )|(?<=shop )|(?<=store )|(?<=restaurant )|(?<=company )|(?<=\bco[\s-]))"
    r"owner\b(?!'|\s+(?:relation|success|support|service))"
)
_HEAD = (  # 営業代表 represents, 代表電話 is a number
    rf"(?:(?<!営業 )(?<!販売 ){_WORD_BEGINS}|(?<=共同)|(?<=グループ)|(?<=会社)|(?<=法人)|(?<=事務所)|(?<=日本)|(?<=副))"
    r"代表(?!\s?(?:電話|番号|窓口|メール|アドレス|的|取締役))"
)
# Longest post first inside a rank and across ranks: 事業部長 must not be read as 部長.
_POSTS = (
    (
        "president",
        r"代表取締役|代表執行役|代表社員|代表理事|代表弁護士|取締役社長|最高経営責任者|社長|(?<!部)会長|"
        r"理事長|頭取|総裁|社主|創業者|店主|院長|学長|"
        r"総長|校長|園長|組合長|市長|町長|村長|知事|(?<![a-z])ceo(?![a-z])|chief executive officer|"
        r"representative director|\bpresident\b|\bchairman\b|founder(?! associate)|" + f"{_HEAD}|{_OWNER}",
    ),
    (
        "executive",
        r"執行役員|取締役|執行役|専務|常務|監査役|役員|業務執行社員|理事(?!官)|最高\w{1,6}責任者|\bc[ftmiodpsr]o\b|\bcis?o\b|"
        r"\bchro\b|cxo|\b[se]?vp\b|vice[\s-]*(?:president|chairman)|board member|"
        r"member of the board|(?:chief[\w\s]*|executive |corporate )officer",
    ),
    (
        "general_manager",
        r"本部長|事業部長|統括部長|統括本部長|事業本部長|事業統括|カンパニー長|総?支配人|general[\s-]*manager|"
        r"ゼネラルマネー?ジャー|統括マネー?ジャー",
    ),
    ("deputy_director", r"次長|senior[\s-]*manager|シニアマネー?ジャー|(?<!副)参事(?!官)|専任部長"),
    (
        "director",
        r"(?<!専任)部長|部門長|支店長|支社長|工場長|(?<!事務)局長|事務局長|事務長|編集長|"
        r"director|ディレクター|head of|editor in chief",
    ),
    (
        "manager",
        r"(?<!専任)課長|室長|所長|店長|センター長|グループ長|チーム長|ユニット長|グループリーダー|副参事|主幹|婦長|師長|医長|料理長|主席|"
        r"(?<!ゼネラル)(?<!シニア)(?<!統括)マネー?ジャー|manager|バイザー長",
    ),
    ("section_chief", r"係長|主任|主査|職長|専任課長|supervisor|スーパーバイザー(?!長)"),
    (
        "leader",
        r"チームリーダー|(?<!グループ)(?<!カード)(?<!コード)リーダー(?!シップ)|班長|組長|leader(?!ship)|チーフ|"
        r"chief(?! of staff)(?![\w\s]*officer)|\blead\b(?! (?:gener|nurtur|manag|qualif))|"
        r"リード(?!タイム|ナーチャ|ジェネ|獲得|管理|育成|創出)",
    ),
    (
        "staff",
        r"担当者?|一般社員|社員|部員|課員|係員|事務員|職員|スタッフ(?!ィング)|(?<!創業)(?<!ボード)(?<!経営)メンバー(?!シップ)|"
        r"秘書(?!室|課|部)|(?<![ァ-ヶー])パート(?=$|[^ァ-ヶー]|タイ[ムマ]|リーダー)|アルバイト|インターン|エンジニア(?!リング)|デザイナー|"
        r"プログラマー?(?!ブル)|コンサルタント|アナリスト|サイエンティスト|研究員|"
        r"(?:技|看護)師(?!長)|\bstaff\b(?<!of staff)|\bmember\b|"
        r"\bassistant\b(?! professor)|engineer(?!ing)|designer|consultant|analyst|アシスタント|営業事務|"
        r"\b(?:[ep]a|secretary) to\b|(?:社長|会長|取締役|役員)付$|^営業$|^事務$",
    ),
)
_NOT_A_POST = r"(?!室|秘書|付|会(?![長計])|候補|夫人|スタッフ|運転手|の|直[属轄]|(?:'s)? office\b)"
_STANDS_BELOW = r"副(?!参事)|担当(?=部長|課長|次長)|サブ|assistant\s+|アシスタント(?=マネ)|deputy\s+|sub[\s-]*"
_NOT_HELD = rf"{_WORD_BEGINS}[元前]|\b(?:former|past) |\bex-|\b(?:office of|to) (?:the )?"
_POST = re.compile(
    rf"(?P<gone>{_NOT_HELD})?(?P<below>{_STANDS_BELOW})?(?:"
    + "|".join(f"(?P<{rank}>(?:{words}){'' if rank == 'staff' else _NOT_A_POST})" for rank, words in _POSTS)
    + r")(?P<acting>代理|補佐|心得)?"
)
# Whose assistant or adviser somebody is says nothing of their own post.
_SERVED = re.compile(r"\b(assistant|secretary|aide|[ep]a|advis[eo]r|counsel) to\b[^,/(&;]*")
_STAFF = re.compile(r"平社員|一般(?=$|職|事務|従業員|[\s/・,、)])")


@lru_cache(maxsize=8_192)
def rank_of(title: str) -> int | None:
    """Index into RANKS of the highest post in `title`; None when no post is understood (for a person to decide).

    代理, 補佐, 副 and 担当部長 stand one rank below the post they name; of several posts (兼務) the highest counts.
    What is no longer held (元社長), and whom somebody only serves (EA to CEO), is no post of theirs.
    rank_of("営業部 部長代理 兼 課長") == RANKS.index("deputy_director").
    """
    folded = unicodedata.normalize("NFKC", title).casefold()
    plain = _SERVED.sub(r"\1 to", " ".join(folded.split()))
    ranks = [_rank(match) for match in _POST.finditer(plain) if match["gone"] is None]
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
