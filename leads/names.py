"""Names of people and companies: keys to find and compare them, and how to address them politely."""

import re
import unicodedata

from conditions.fold import fold
from leads.companies import company_key

__all__ = ["addressee", "bare_name", "company_key", "person_key", "search_key"]

_GAPS = re.compile(r"[\s・･.,'’\-‐–—_&＆/]+")
_NOBODY = re.compile(r"(?:ご|御)?担当者様?")
# 鵜殿 and 真殿 are family names, 靴下の王様 and 花屋さん firms: there only what stands apart is an honorific.
_HONORIFIC = re.compile(r"(?:\s*(?:(?:ご|御)担当者様|様|さま|御中|さん|先生)|\s+殿)$")
_TO_A_FIRM = re.compile(r"(?:\s*(?:御中|(?:ご|御)担当者様)|\s+(?:様|さま|殿|さん))$")


def person_key(*parts: str) -> str:
    """Folded search text without gaps: person_key("山田", "タロウ") finds 山田たろう."""
    return fold(_GAPS.sub("", "".join(parts)))


def search_key(text: str) -> str:
    """What somebody typed into a search box, folded the way the stored keys are."""
    return fold(_GAPS.sub("", unicodedata.normalize("NFKC", text)))


def addressee(
    last_name: str, first_name: str = "", *, company: str = "", role: bool = False, locale: str = "ja"
) -> str:
    """The line a letter begins with; one honorific, never two, and never nobody. `role`: a mailbox such as info@.

    addressee("山田", "太郎") == "山田 太郎 様"; without a name the company's 御中, behind a role its ご担当者様; with
    neither ご担当者様. In other languages than Japanese the given name comes first.
    """
    last, first, firm = bare_name(last_name), bare_name(first_name), _TO_A_FIRM.sub("", company.strip())
    if not locale.startswith("ja"):
        return " ".join(part for part in (first, last) if part) or firm or "Sir or Madam"
    if last or first:
        return f"{last} {first}".strip() + " 様"
    return f"{firm} ご担当者様".strip() if role or not firm else f"{firm} 御中"


def bare_name(name: str) -> str:
    """A person's name without the honorific somebody typed behind it: bare_name("山田様") == "山田".

    Empty for whoever is in charge: bare_name("ご担当者様") == "".
    """
    plain = name.strip()
    if _NOBODY.fullmatch(plain):
        return ""
    return _HONORIFIC.sub("", plain) or plain
