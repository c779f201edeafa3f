"""Mail addresses as identity: one address, bounded, with one key per mailbox."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from email_validator import EmailNotValidError, validate_email

AddressKind = Literal["business", "free", "role"]

LOCAL_MAX = 64
ADDRESS_MAX = 254

FREE_MAIL_DOMAINS = frozenset(
    [
        "gmail.com",
        "googlemail.com",
        "yahoo.co.jp",
        "yahoo.com",
        "yahoo.ne.jp",
        "ymail.ne.jp",
        "hotmail.com",
        "hotmail.co.jp",
        "outlook.com",
        "outlook.jp",
        "live.jp",
        "live.com",
        "msn.com",
        "icloud.com",
        "me.com",
        "mac.com",
        "aol.com",
        "proton.me",
        "protonmail.com",
        "gmx.com",
        "gmx.de",
        "mail.com",
        "zoho.com",
        "qq.com",
        "163.com",
        "126.com",
        "naver.com",
        "hanmail.net",
        "yandex.ru",
        "mail.ru",
        "docomo.ne.jp",
        "ezweb.ne.jp",
        "au.com",
        "softbank.ne.jp",
        "i.softbank.jp",
        "vodafone.ne.jp",
        "ymobile.ne.jp",
        "rakuten.jp",
        "uqmobile.jp",
        "nifty.com",
        "nifty.ne.jp",
        "biglobe.ne.jp",
        "ocn.ne.jp",
        "so-net.ne.jp",
        "plala.or.jp",
        "dion.ne.jp",
        "infoseek.jp",
        "excite.co.jp",
        "goo.jp",
        "jcom.home.ne.jp",
        "jcom.zaq.ne.jp",
        "hi-ho.ne.jp",
        "asahi-net.or.jp",
        "tokyo.zaq.ne.jp",
    ]
)
ROLE_NAMES = frozenset(
    [
        "info",
        "contact",
        "sales",
        "support",
        "admin",
        "administrator",
        "webmaster",
        "postmaster",
        "hostmaster",
        "abuse",
        "noreply",
        "no-reply",
        "office",
        "mail",
        "help",
        "helpdesk",
        "service",
        "customer",
        "cs",
        "press",
        "pr",
        "hr",
        "recruit",
        "jobs",
        "billing",
        "accounting",
        "marketing",
        "team",
        "hello",
        "inquiry",
        "inquiries",
        "eigyo",
        "eigyou",
        "soumu",
        "somu",
        "jinji",
        "keiri",
        "kouhou",
        "koho",
        "saiyo",
        "saiyou",
        "otoiawase",
        "toiawase",
        "madoguchi",
        "shop",
        "order",
    ]
)
# Two Japanese carriers once gave out addresses with dots in a row or before the @; they still receive mail.
LENIENT_DOMAINS = frozenset({"docomo.ne.jp", "ezweb.ne.jp", "au.com"})
# What the standard allows before the @ without quotes; such an address is good when its domain is.
SIMPLE_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*\Z")
LENIENT_LOCAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+\-/?]*\Z")


class AddressRefused(ValueError):
    """The text is not one mail address we would write to."""


@dataclass(frozen=True, slots=True)
class Address:
    """`text` goes on the envelope; `key` is the same for every spelling of one mailbox."""

    text: str
    key: str
    domain: str
    kind: AddressKind


def read_address(text: str) -> Address:
    """The one address in `text`; full-width letters are read as half-width.

    read_address(" Ｔａｒｏ@Example.co.jp ").key == "taro@example.co.jp". Raises AddressRefused.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if len(plain) > ADDRESS_MAX or plain.count("@") != 1:
        raise AddressRefused(text[:ADDRESS_MAX])
    local, domain = _parts(plain)
    if len(local) > LOCAL_MAX or len(local) + 1 + len(domain) > ADDRESS_MAX:
        raise AddressRefused(plain)
    return Address(f"{local}@{domain}", f"{local}@{domain}".casefold(), domain, kind_of(local, domain))


def find_address(text: str) -> Address | None:
    """Like `read_address`, None instead of a refusal."""
    try:
        return read_address(text)
    except AddressRefused:
        return None


def kind_of(local: str, domain: str) -> AddressKind:
    """A consumer mailbox is `free` whoever it is called; `info@` of a company is `role`."""
    if is_free_mail(domain):
        return "free"
    return "role" if local.casefold().split("+")[0] in ROLE_NAMES else "business"


def is_free_mail(domain: str) -> bool:
    """Whether a domain is shared by strangers, so it says nothing about the company."""
    return domain.casefold() in FREE_MAIL_DOMAINS


def _parts(plain: str) -> tuple[str, str]:
    local, _, domain = plain.rpartition("@")
    if domain.lower() in LENIENT_DOMAINS and LENIENT_LOCAL.match(local):
        return local, domain.lower()
    if SIMPLE_LOCAL.match(local):
        host = _host(domain)
        if host is None:
            raise AddressRefused(plain)
        return local, host
    try:
        # `.test` is reserved for trying things out and can never be delivered to a stranger.
        found = validate_email(plain, check_deliverability=False, allow_smtputf8=False, test_environment=True)
    except EmailNotValidError as refused:
        raise AddressRefused(plain) from refused
    if found.ascii_domain is None or found.ascii_local_part is None:
        raise AddressRefused(plain)
    return found.ascii_local_part, found.ascii_domain.lower()


@lru_cache(maxsize=16_384)
def _host(domain: str) -> str | None:
    """The domain as DNS knows it; None for one that cannot be. Files name the same few domains again and again."""
    try:
        found = validate_email(f"a@{domain}", check_deliverability=False, allow_smtputf8=False, test_environment=True)
    except EmailNotValidError:
        return None
    return found.ascii_domain.lower() if found.ascii_domain else None
