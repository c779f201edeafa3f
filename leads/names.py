"""Names of people and companies: keys to find and compare them, and how to address them politely."""

import re
import unicodedata

from conditions.fold import fold

_FORMS = [
    "株式会社",
    "有限会社",
    "合同会社",
    "合資会社",
    "合名会社",
    "相互会社",
    "有限責任事業組合",
    "一般社団法人",
    "公益社団法人",
    "一般財団法人",
    "公益財団法人",
    "社団法人",
    "財団法人",
    "医療法人社団",
    "医療法人財団",
    "医療法人",
    "学校法人",
    "宗教法人",
    "社会福祉法人",
    "特定非営利活動法人",
    "npo法人",
    "国立大学法人",
    "公立大学法人",
    "地方独立行政法人",
    "独立行政法人",
    "弁護士法人",
    "税理士法人",
    "監査法人",
    "協同組合",
]
_SHORT_FORMS = "株 有 同 資 名 一社 公社 一財 公財 社 財 医 学 宗 福 特非 独 大 弁 税"
_LATIN_FORMS = (
    r"co\.?,?\s*ltd\.?",
    r"k\.\s?k\.?",
    r"incorporated",
    r"corporation",
    r"limited",
    r"company",
    r"inc\.?",
    r"corp\.?",
    r"ltd\.?",
    r"llc\.?",
    r"gmbh",
    r"kk",
)
_SHORT = r"\((?:" + "|".join(_SHORT_FORMS.split()) + r")\)"
_FRONT = re.compile(r"^(?:" + "|".join(_FORMS) + "|" + _SHORT + r")\s*")
_BACK = re.compile(r"\s*(?:" + "|".join(_FORMS) + "|" + _SHORT + r")$")
_LATIN_BACK = re.compile(r"[\s,]+(?:" + "|".join(_LATIN_FORMS) + r")$")
_GAPS = re.compile(r"[\s・･.,'’\-‐–—_&＆/]+")
_HONORIFIC = re.compile(r"\s*(?:ご担当者様|御担当者様|様|さま|殿|御中|さん|先生)$")


def company_key(name: str) -> str:
    """One key for one company, however its legal form, width, case and spaces are written; "" for blank.

    company_key("㈱日本電気") == company_key("日本電気 株式会社"), and not that of 日本電気硝子.
    """
    plain = unicodedata.normalize("NFKC", name).casefold().strip()
    bare = _strip_forms(plain) or plain
    return fold(_GAPS.sub("", bare)) or fold(plain)


def person_key(*parts: str) -> str:
    """Folded search text without gaps: person_key("山田", "タロウ") finds 山田たろう."""
    return fold(_GAPS.sub("", "".join(parts)))


def search_key(text: str) -> str:
    """What somebody typed into a search box, folded the way the stored keys are."""
    return fold(_GAPS.sub("", unicodedata.normalize("NFKC", text)))


def addressee(last_name: str, first_name: str = "", *, company: str = "") -> str:
    """The line a letter begins with; one honorific, never two.

    addressee("山田", "太郎") == "山田 太郎 様"; without a person the company's ご担当者様, with neither ご担当者様.
    """
    person = " ".join(part for part in (bare_name(last_name), bare_name(first_name)) if part)
    if person:
        return f"{person} 様"
    firm = bare_name(company)
    return f"{firm} ご担当者様" if firm else "ご担当者様"


def bare_name(name: str) -> str:
    """A name without the honorific somebody typed behind it: bare_name("山田様") == "山田"."""
    plain = name.strip()
    return _HONORIFIC.sub("", plain) or plain


def _strip_forms(plain: str) -> str:
    bare = _LATIN_BACK.sub("", _BACK.sub("", _FRONT.sub("", plain)))
    return bare if bare == plain else _strip_forms(bare)
