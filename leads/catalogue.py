"""Pure words about people that other rooms share: addresses, names, ranks, telephone numbers, limits."""

from leads.entry import COMPANY_LIMIT, TEXT_LIMITS, clean_text
from leads.identity import Address, AddressRefused, find_address, is_free_mail, read_address
from leads.names import addressee, bare_name, company_key, person_key, search_key
from leads.phones import Phone, PhoneRefused, read_phone
from leads.titles import RANKS, rank_index, rank_key, rank_of

__all__ = [
    "COMPANY_LIMIT",
    "RANKS",
    "TEXT_LIMITS",
    "Address",
    "AddressRefused",
    "Phone",
    "PhoneRefused",
    "addressee",
    "bare_name",
    "clean_text",
    "company_key",
    "find_address",
    "is_free_mail",
    "person_key",
    "rank_index",
    "rank_key",
    "rank_of",
    "read_address",
    "read_phone",
    "search_key",
]
