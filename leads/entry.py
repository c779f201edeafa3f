"""What somebody says about a person, read into clean values. Pure: no database, no Django.

`None` means not said, an empty string means said to be blank.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from leads.attributes import Value
from leads.identity import AddressRefused, read_address
from leads.phones import PhoneRefused, read_phone
from leads.titles import rank_index, rank_of

TEXT_LIMITS: Mapping[str, int] = {
    "last_name": 100,
    "first_name": 100,
    "last_name_kana": 100,
    "first_name_kana": 100,
    "department": 200,
    "job_title": 200,
    "prefecture": 50,
}
COMPANY_LIMIT = 200
IDENTIFIER_LIMIT = 200
TAG_LIMIT = 100
PUBLIC_FIELDS = ("email", *TEXT_LIMITS, "company", "phone", "job_rank", "owner")


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """A line for the consent ledger about a person who may not exist yet."""

    topic: str
    state: str = "granted"
    basis: str | None = "consent"
    evidence: Mapping[str, object] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class LeadInput:
    """One person as stated by a form, a file, a page or another system. `owner` is a member's e-mail address.

    attributes: {key of the workspace's own field: value, or the text of a cell}. Not frozen, as `Entry` is not: that
    takes five times as long to make, and a file makes one of each a row.
    """

    email: str | None = None
    external_ids: Mapping[str, str] = field(default_factory=dict)
    last_name: str | None = None
    first_name: str | None = None
    last_name_kana: str | None = None
    first_name_kana: str | None = None
    company: str | None = None
    department: str | None = None
    job_title: str | None = None
    job_rank: str | None = None
    phone: str | None = None
    prefecture: str | None = None
    owner: str | None = None
    tags: tuple[str, ...] = ()
    consents: tuple[Permission, ...] = ()
    source: Mapping[str, str] | None = None
    attributes: Mapping[str, object] = field(default_factory=dict)


@dataclass(slots=True)
class Entry:
    """Clean values by column; company and owner still by name and address, attributes as they were stated.

    rank_stated: somebody named the rank; otherwise it is what the title says.
    """

    values: Mapping[str, Value]
    company: str | None
    owner: str | None
    identifiers: tuple[tuple[str, str], ...]
    tags: tuple[str, ...]
    consents: tuple[Permission, ...]
    source: Mapping[str, str] | None
    attributes: Mapping[str, object] = field(default_factory=dict)
    rank_stated: bool = False

    @property
    def email_key(self) -> str | None:
        key = self.values.get("email_key")
        return key if isinstance(key, str) else None


class EntryRefused(ValueError):
    """`errors` names each bad field with a code: {"email": "invalid_address"}."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(errors)
        self.errors = dict(errors)


def read_entry(said: LeadInput) -> Entry:
    """Clean every stated value. Raises EntryRefused naming all bad fields at once."""
    values: dict[str, Value] = {}
    errors: dict[str, str] = {}
    for read in (_read_email, _read_texts, _read_title, _read_phone):
        read(said, values, errors)
    company = _bounded(said.company, COMPANY_LIMIT, "company", errors)
    identifiers = _read_identifiers(said, errors)
    tags = tuple(dict.fromkeys(filter(None, (clean_text(tag)[:TAG_LIMIT] for tag in said.tags))))
    if errors:
        raise EntryRefused(errors)
    owner = said.owner.strip().casefold() if said.owner is not None else None
    ranked = said.job_rank is not None
    return Entry(values, company, owner, identifiers, tags, said.consents, said.source, said.attributes, ranked)


def clean_text(text: str) -> str:
    """One line without control characters, composed, ends trimmed."""
    composed = unicodedata.normalize("NFC", text)
    if composed.isprintable():  # most cells; what follows looks at every character
        return composed.strip()
    return "".join(" " if _is_control(char) else char for char in composed).strip()


def _is_control(char: str) -> bool:
    return unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"}


def _bounded(text: str | None, limit: int, name: str, errors: dict[str, str]) -> str | None:
    if text is None:
        return None
    clean = clean_text(text)
    if len(clean) > limit:
        errors[name] = "too_long"
    return clean


def _read_email(said: LeadInput, values: dict[str, Value], errors: dict[str, str]) -> None:
    if said.email is None:
        return
    if not said.email.strip():
        values |= {"email": "", "email_key": None, "email_domain": "", "email_kind": ""}
        return
    try:
        address = read_address(said.email)
    except AddressRefused:
        errors["email"] = "invalid_address"
        return
    values |= {
        "email": address.text,
        "email_key": address.key,
        "email_domain": address.domain,
        "email_kind": address.kind,
    }


def _read_texts(said: LeadInput, values: dict[str, Value], errors: dict[str, str]) -> None:
    for name, limit in TEXT_LIMITS.items():
        clean = _bounded(getattr(said, name), limit, name, errors)
        if clean is not None:
            values[name] = clean


def _read_title(said: LeadInput, values: dict[str, Value], errors: dict[str, str]) -> None:
    title = values.get("job_title")
    if isinstance(title, str):
        values["job_rank"] = rank_of(title)
    if said.job_rank is None:
        return
    try:
        values["job_rank"] = rank_index(said.job_rank) if said.job_rank else None
    except KeyError:
        errors["job_rank"] = "unknown_rank"


def _read_phone(said: LeadInput, values: dict[str, Value], errors: dict[str, str]) -> None:
    if said.phone is None:
        return
    if not said.phone.strip():
        values |= {"phone": "", "phone_key": ""}
        return
    try:
        phone = read_phone(said.phone)
    except PhoneRefused:
        errors["phone"] = "invalid_phone"
        return
    values |= {"phone": phone.text, "phone_key": phone.key}


def _read_identifiers(said: LeadInput, errors: dict[str, str]) -> tuple[tuple[str, str], ...]:
    found = []
    for kind, value in said.external_ids.items():
        clean = clean_text(value)
        if not clean or len(clean) > IDENTIFIER_LIMIT or not kind or len(kind) > 50:
            errors["external_id"] = "invalid_identifier"
        elif kind == "email":
            errors["external_id"] = "address_no_identifier"
        found.append((kind, clean))
    return tuple(sorted(found))
