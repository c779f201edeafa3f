"""Who may state an identity: a secret key, or a hash only the customer's server can make. Pure."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from leads.entry import LeadInput
from leads.identity import find_address

Json = Mapping[str, Any]  # Any: the sender's JSON
TRAITS: Mapping[str, tuple[str, ...]] = {
    "last_name": ("last_name", "lastName"),
    "first_name": ("first_name", "firstName"),
    "last_name_kana": ("last_name_kana", "lastNameKana"),
    "first_name_kana": ("first_name_kana", "firstNameKana"),
    "department": ("department",),
    "job_title": ("job_title", "jobTitle", "title"),
    "phone": ("phone",),
    "prefecture": ("prefecture",),
}


@dataclass(frozen=True, slots=True)
class Claim:
    """What an identify message says. `trusted`: everything is believed; `proven_id`/`proven_email`: by its hash."""

    user_id: str
    email_key: str
    trusted: bool
    proven_id: bool
    proven_email: bool

    @property
    def believed(self) -> bool:
        return self.trusted or self.proven_id or self.proven_email


def user_hash(secret: str, text: str) -> str:
    """What the customer's server puts into `context.userHash`: hex HMAC-SHA256 of the user id, or of the address."""
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def read_claim(props: Json, *, secret: str, old: str = "") -> Claim:
    """Judge one identify message against the workspace's secret, and the one before while that is still believed.

    A hash may be over the user id, or over the address as it was sent or in its normal form.
    """
    sent = str(props.get("traits", {}).get("email") or "")
    address = find_address(sent)
    secrets = (secret, old) if old else (secret,)
    key, user_id, given = (
        address.key if address else "",
        str(props.get("user_id") or ""),
        str(props.get("user_hash") or ""),
    )
    return Claim(
        user_id,
        key,
        trusted=props.get("trusted") is True,
        proven_id=_fits(given, secrets, user_id),
        proven_email=bool(key) and (_fits(given, secrets, key) or _fits(given, secrets, sent)),
    )


def _fits(given: str, secrets: tuple[str, ...], text: str) -> bool:
    said = given.casefold().encode()
    matches = [hmac.compare_digest(said, user_hash(secret, text).encode()) for secret in secrets]  # all, always
    return bool(given and text) and any(matches)


def stated_lead(claim: Claim, traits: Json, *, without: frozenset[str] = frozenset()) -> LeadInput:
    """The person a believed message speaks of, without an address that its hash does not cover and somebody has."""
    covered = claim.trusted or claim.proven_email or claim.email_key not in without
    texts: dict[str, Any] = {name: text for name, keys in TRAITS.items() if (text := _first(traits, keys))}
    name = _first(traits, ("name",))
    if name and not {"last_name", "first_name"} & texts.keys():
        texts["last_name"], _, texts["first_name"] = name.partition(" ")
    company = traits.get("company")
    company_name = company.get("name") if isinstance(company, Mapping) else company
    return LeadInput(
        email=(claim.email_key or None) if covered else None,
        external_ids={"external_id": claim.user_id} if claim.user_id and (claim.trusted or claim.proven_id) else {},
        company=company_name if isinstance(company_name, str) and company_name.strip() else None,
        **{key: text for key, text in texts.items() if text.strip()},
    )


def _first(traits: Json, keys: tuple[str, ...]) -> str:
    return next((value for key in keys if isinstance(value := traits.get(key), str) and value.strip()), "")
