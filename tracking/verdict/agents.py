"""What the kept-up list of crawlers says of a user agent. No agent is named here: the list's data decides."""

from __future__ import annotations

import re
from functools import lru_cache

from crawleruseragents import CRAWLER_USER_AGENTS_DATA

TOOLS = frozenset({"http-library", "browser-automation"})  # tags of agents that may speak for people
LONGEST = 2_000


@lru_cache(maxsize=10_000)
def crawler(ua: str) -> frozenset[str]:
    """What the known-agents list calls this agent ({"search-engine"}, {"http-library"} …); empty for a browser."""
    if not _ANY.search(ua[:LONGEST]):
        return frozenset()
    kinds: set[str] = set()
    for entry, pattern in zip(CRAWLER_USER_AGENTS_DATA, _EACH, strict=True):
        if pattern.search(ua[:LONGEST]):
            kinds |= set(entry.get("tags") or ("crawler",))
    return frozenset(kinds)


_EACH = [re.compile(entry["pattern"]) for entry in CRAWLER_USER_AGENTS_DATA]
_ANY = re.compile("|".join(f"(?:{entry['pattern']})" for entry in CRAWLER_USER_AGENTS_DATA))
