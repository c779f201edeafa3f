"""Addresses that every page or every row of a list names: looked up once a process."""

from __future__ import annotations

from functools import lru_cache

from django.urls import NoReverseMatch, get_script_prefix, reverse

PLACE = "PLACE"


def address(name: str, public_id: str) -> str:
    """`reverse` for a page of one thing: address("leads:page", "lead_…"). The id is our own and needs no quoting."""
    before, after = _around(name, get_script_prefix())
    return f"{before}{public_id}{after}"


@lru_cache(maxsize=256)
def page(name: str) -> str:
    """A page without parts of its own in its address; "" while it does not exist."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


@lru_cache(maxsize=256)
def _around(name: str, script_prefix: str) -> tuple[str, str]:
    """What stands before and after the id; script_prefix is where the whole site is mounted."""
    before, _place, after = reverse(name, args=[PLACE]).partition(PLACE)
    return before, after
