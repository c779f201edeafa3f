"""Addresses as keys: what makes two spellings one mail box, and the hash that outlives an erased person. Pure."""

import unicodedata
from hashlib import sha256

from mailing.document import ADDRESS, MAX_ADDRESS


def folded(address: str) -> str:
    """Width and case folded, as suppression compares."""
    return unicodedata.normalize("NFKC", address).strip().casefold()


def address_hash(address: str) -> str:
    """64 hex digits; the same for every spelling of one address."""
    return sha256(folded(address).encode()).hexdigest()


def is_deliverable(address: str) -> bool:
    """One plain ASCII address that may stand in an SMTP command."""
    return address.isascii() and len(address) <= MAX_ADDRESS and ADDRESS.match(address) is not None
