"""Telephone numbers as people in Japan write them."""

import unicodedata
from dataclasses import dataclass

import phonenumbers


class PhoneRefused(ValueError):
    """The text is no telephone number."""


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
