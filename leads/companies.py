"""Which names are one company: keys to find it by, and what speaks for two names being one. Pure.

A name is found by `company_key`: without legal form, width, case, gaps, old letters and branch. `compare` says how
sure one is that two companies are one, and why: from JOIN on they are joined, from SUGGEST on a member decides.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Literal

from conditions.fold import fold
from leads.company_words import FORMS, LATIN_FORMS, NEAR_LETTERS, OLD_KANJI, SHARED_DOMAINS, SHARED_SUFFIXES, famous
from leads.identity import is_free_mail

JOIN, SUGGEST = 95, 60
REMEMBERED = 8_192  # names whose key is known: a file says the same few again and again
FAMILIES = tuple(FORMS)

_FAMILY = {form: family for family, forms in FORMS.items() for form in forms}
_ANY_FORM = "|".join(re.escape(form) for form in sorted(_FAMILY, key=len, reverse=True))
_FRONT = re.compile(rf"^({_ANY_FORM})\s*")
_BACK = re.compile(rf"\s*({_ANY_FORM})$")
_LATIN_BACK = re.compile(r"[\s,]+(?:" + "|".join(LATIN_FORMS) + r")$")
_GAPS = re.compile(r"[\s・･.,、。'’\"“”\-‐–—_/&＆+~〜!！☆★●■◆「」『』]+")
_NOTE = re.compile(r"\s*[(\[](?:(?:旧|元|現)[^()\[\]]*|[a-z0-9 .&\-]+)[)\]]$")
_TO_WHOM = re.compile(r"\s*(?:御中|様|ご担当者様)$")
_BRANCH_WORDS = "支店|支社|営業所|本社|本店|事業所|事業部|工場|出張所|営業部|統括本部|支局"
_BRANCH = re.compile(rf"^(.+?(?:(?:{_ANY_FORM})\s*|\s+))\S*?(?:{_BRANCH_WORDS})$")
_HOLDINGS = re.compile(r"(?:holdings?|hldgs|hds?|ほーるでぃんぐす?)$")
_GROUP = re.compile(r"(?:group|ぐるーぷ)$")
_BETWEEN = re.compile(r"(?<=[一-龯])[がけゖ](?=[一-龯])")
_KANJI = re.compile(r"[一-龯々〆]")


@lru_cache(maxsize=REMEMBERED)
def company_key(name: str) -> str:
    """One key for one company, however its legal form, width, case, gaps, old letters and branch are written.

    company_key("㈱日本電気") == company_key("日本電気 株式会社"), and not that of 日本電気硝子; "" for blank.
    """
    key = _plain_key(name)
    return _FAMOUS.get(key, key)


def _plain_key(name: str) -> str:
    plain = _TO_WHOM.sub("", unicodedata.normalize("NFKC", name).casefold().strip()).strip()
    bare = _bare(plain) or plain
    key = fold(_GAPS.sub("", bare)) or fold(_GAPS.sub("", plain)) or fold(plain)
    return _one_ending(key).translate(OLD_KANJI)


def _one_ending(key: str) -> str:
    for pattern, latin, kana in ((_HOLDINGS, "holdings", "ほーるでぃんぐす"), (_GROUP, "group", "ぐるーぷ")):
        found = pattern.search(key)
        if found and found.start() >= 2:
            rest = key[: found.start()]
            return rest + (latin if rest.isascii() else kana)
    return key


def _bare(plain: str) -> str:
    bare = plain
    for pattern in (_NOTE, _BRANCH):
        found = pattern.search(bare)
        head = (bare[: found.start()] if pattern is _NOTE else found[1]) if found else ""
        bare = head.strip() if _without_forms(head.strip()) else bare
    return _without_forms(bare.removeprefix("the "))


def _without_forms(plain: str) -> str:
    bare = _LATIN_BACK.sub("", _BACK.sub("", _FRONT.sub("", plain))).strip()
    return bare if bare == plain else _without_forms(bare)


@lru_cache(maxsize=REMEMBERED)
def family_of(name: str) -> str:
    """The family of the legal form a name states ("株", "財", …), "" when it states none."""
    plain = _TO_WHOM.sub("", unicodedata.normalize("NFKC", name).casefold().strip())
    found = _FRONT.search(plain) or _BACK.search(_NOTE.sub("", plain))
    if found is None and (branch := _BRANCH.search(plain)):
        found = _BACK.search(branch[1].strip())
    return _FAMILY[found[1]] if found else ""


_FAMOUS = {_plain_key(other): _plain_key(line[0]) for line in famous() for other in line[1:]}


def stored_key(key: str, mark: str) -> str:
    """What is stored where another company already has the plain key: stored_key("山形", "財") == "山形#財"."""
    return f"{key}#{mark}"


def near_key(name: str) -> str:
    """One key for spellings often exchanged, and for a name in kana and in Latin letters; "" if it says too little."""
    key = company_key(name)
    return _loose(key) if _KANJI.search(key) else _sound(key)


def _loose(key: str) -> str:
    return _BETWEEN.sub("け", key).translate(NEAR_LETTERS)


# Consonants only: what is left of a foreign word when Japanese writes it down.
_ROWS = {
    **dict.fromkeys("かきくけこ", "k"),
    **dict.fromkeys("がぎぐげご", "g"),
    **dict.fromkeys("さしすせそざじずぜぞづ", "s"),
    **dict.fromkeys("たちつてと", "t"),
    **dict.fromkeys("だぢでど", "d"),
    **dict.fromkeys("なにぬねのんまみむめも", "n"),
    **dict.fromkeys("はひふへほ", "h"),
    **dict.fromkeys("ばびぶべぼゔ", "b"),
    **dict.fromkeys("ぱぴぷぺぽ", "p"),
    **dict.fromkeys("らりるれろ", "r"),
}
_SPELT = ((r"ph", "f"), (r"sch|sh|th|tz", "s"), (r"tch|ch|ts", "t"), (r"ck|q", "k"), (r"x", "ks"), (r"c(?=[eiy])", "s"),
          (r"r(?=[^aeiouy]|$)", ""), (r"(.)\1", r"\1"))  # fmt: skip
_LATIN = str.maketrans("cvlmfzj", "kbrnhss", "aeiouyw")


def _sound(key: str) -> str:
    latin = "".join(letter for letter in key if letter.isascii())
    for pattern, letters in _SPELT:
        latin = re.sub(pattern, letters, latin)
    spoken = "".join(_ROWS.get(letter, "") for letter in key) if not latin else latin.translate(_LATIN)
    if latin and len(latin) < len(key) and any(letter in _ROWS for letter in key):
        return ""  # mixed: the Latin part is usually a word of its own
    return f"@{spoken}" if len(spoken) >= 3 else ""


def is_shared_domain(domain: str) -> bool:
    """Whether strangers share a mail domain, so that it names no company."""
    plain = domain.casefold().strip(".")
    return is_free_mail(plain) or plain in SHARED_DOMAINS or plain.endswith(SHARED_SUFFIXES)


def read_number(text: str) -> str:
    """A 法人番号 as thirteen digits. Raises ValueError when it is none: its first digit checks the others."""
    digits = re.sub(r"[\s\-‐–—]", "", unicodedata.normalize("NFKC", text)).removeprefix("T").removeprefix("t")
    if not re.fullmatch(r"[0-9]{13}", digits):
        raise ValueError(text)
    weighed = sum(int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits[1:])))
    if int(digits[0]) != 9 - weighed % 9:
        raise ValueError(text)
    return digits


@dataclass(frozen=True, slots=True)
class Identity:
    """What a company is known by. `number`: a valid 法人番号 or "". `also`: the name keys of its aliases."""

    name: str
    number: str = ""
    domains: frozenset[str] = frozenset()
    also: frozenset[str] = frozenset()

    @property
    def keys(self) -> frozenset[str]:
        return self.also | {company_key(self.name)}


@dataclass(frozen=True, slots=True)
class Match:
    """How sure it is that two companies are one, in percent, and what speaks for or against it."""

    confidence: int
    reasons: tuple[str, ...] = ()

    @property
    def verdict(self) -> Literal["join", "suggest", "apart"]:
        """What follows."""
        return "join" if self.confidence >= JOIN else "suggest" if self.confidence >= SUGGEST else "apart"


def compare(one: Identity, other: Identity) -> Match:
    """Whether two companies are one. Subsidiaries and regional units stay apart, whatever domain they share."""
    if one.number and other.number:
        return Match(100, ("number",)) if one.number == other.number else Match(0, ("other_number",))
    same_domain = _shared(one.domains, other.domains)
    if one.keys & other.keys:
        families = {family_of(one.name), family_of(other.name)} - {""}
        return Match(97, ("name",)) if len(families) < 2 else Match(65, ("name", "other_form"))
    found = _by_spelling(one.name, other.name)
    if found is None and _contains(company_key(one.name), company_key(other.name)):
        return Match(20, ("related",))
    if found and same_domain:
        return Match(min(94, found.confidence + 8), (*found.reasons, "domain"))
    return found or (_by_domain(one, other, same_domain) if same_domain else Match(0))


def _shared(one: Collection[str], other: Collection[str]) -> str:
    common = sorted(domain for domain in set(one) & set(other) if domain and not is_shared_domain(domain))
    return common[0] if common else ""


def _contains(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return len(short) >= 2 and short != long and (long.startswith(short) or long.endswith(short))


def _by_spelling(one: str, other: str) -> Match | None:
    keys = company_key(one), company_key(other)
    if all(map(_KANJI.search, keys)):
        return Match(85, ("spelling",)) if _loose(keys[0]) == _loose(keys[1]) else None
    if any(map(_KANJI.search, keys)):
        return None
    if keys[0].isascii() == keys[1].isascii():
        return Match(85, ("spelling",)) if _loose(keys[0]) == _loose(keys[1]) else None
    sounds = near_key(one), near_key(other)
    return Match(75, ("kana_english",)) if sounds[0] and sounds[0] == sounds[1] else None


def _by_domain(one: Identity, other: Identity, domain: str) -> Match:
    keys = company_key(one.name), company_key(other.name)
    if _label(domain) in keys:
        return Match(85, ("domain", "alias"))
    if keys[0].isascii() != keys[1].isascii():
        return Match(70, ("domain",))
    if SequenceMatcher(None, *keys).ratio() >= 0.75 and keys[0][0] == keys[1][0] and keys[0][-1] == keys[1][-1]:
        return Match(65, ("domain", "spelling"))
    return Match(30, ("domain",))


def _label(domain: str) -> str:
    labels = domain.split(".")[:-1]
    if len(labels) > 1 and labels[-1] in {"co", "or", "ne", "ac", "go", "gr", "ed", "lg", "com", "org", "net"}:
        labels.pop()
    return labels[-1].replace("-", "") if labels else ""
