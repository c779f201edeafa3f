"""Telephone numbers as people in Japan write them."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers


class PhoneRefused(ValueError):
    """The text is no telephone number."""


# A plain number at home. How it is cut follows from its first digits alone, which a file repeats over and over.
AT_HOME = re.compile(r"0(?:[- ()]{0,2}\d){9,10}\Z", re.ASCII)
AREA = 8
MOBILE = ("050", "070", "080", "090")  # eleven digits, cut alike everywhere
LARGE_CITIES = ("03", "06")


@dataclass(frozen=True, slots=True)
class Phone:
    """`text` is shown, `key` holds digits only: 0312345678 at home, 14155550100 for numbers abroad."""

    text: str
    key: str


def read_phone(text: str, *, region: str = "JP") -> Phone:
    """Read one number; an extension (内線) is kept in the text and left out of the key.

    read_phone("０３（１２３４）５６７８") == Phone("03-1234-5678", "0312345678"). Raises PhoneRefused.
    """
    plain = unicodedata.normalize("NFKC", text).strip().replace("内線", " ext. ")
    if region == "JP" and AT_HOME.match(plain):
        known = _at_home("".join(filter(str.isdigit, plain)))
        if known is not None:
            return known
    try:
        number = phonenumbers.parse(plain, region)
    except phonenumbers.NumberParseException as refused:
        raise PhoneRefused(text[:40]) from refused
    if not phonenumbers.is_possible_number(number) or len(plain) > 40:
        raise PhoneRefused(text[:40])
    at_home = number.country_code == phonenumbers.country_code_for_region(region)
    style = phonenumbers.PhoneNumberFormat.NATIONAL if at_home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    shown = phonenumbers.format_number(number, style)
    return Phone(shown.replace(" ext. ", " 内線"), "".join(filter(str.isdigit, shown.partition(" ext. ")[0])))


def _at_home(digits: str) -> Phone | None:
    """A number whose cut is known; None for one to be looked at more closely."""
    places = _cuts(digits[:AREA], len(digits))
    if len(places) == 2:
        one, two = places
        return Phone(f"{digits[:one]}-{digits[one:two]}-{digits[two:]}", digits)
    parts = [digits[start:end] for start, end in zip((0, *places), (*places, len(digits)), strict=True)]
    return Phone("-".join(parts), digits) if places else None


@lru_cache(maxsize=65_536)
def _cuts(area: str, length: int) -> tuple[int, ...]:
    """Where numbers of this length that begin like this are cut: _cuts("03123456", 10) == (2, 6); () for none."""
    if (length == 11 and area.startswith(MOBILE)) or (length == 10 and area.startswith(LARGE_CITIES)):
        return (3, 7) if length == 11 else (2, 6)
    digits = area.ljust(length, "1")
    try:
        number = phonenumbers.parse(digits, "JP")
    except phonenumbers.NumberParseException:
        return ()
    shown = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    if not phonenumbers.is_possible_number(number) or shown.replace("-", "") != digits:
        return ()
    parts = shown.split("-")
    return tuple(sum(map(len, parts[:count])) for count in range(1, len(parts)))
