"""Is it a person? A verdict from what a submission shows, with the reasons kept beside it. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

LINK = re.compile(r"(?:https?://|www\.)\S", re.IGNORECASE)
MARKUP = re.compile(r"<a\s|\[url[=\]]", re.IGNORECASE)
LINKS_ALLOWED = 2
NAME_TARGETS = frozenset(
    {"lead.last_name", "lead.first_name", "lead.last_name_kana", "lead.first_name_kana", "lead.company"}
)


@dataclass(frozen=True, slots=True)
class Signs:
    """What is looked at: the trap's content, seconds since the form was shown (None: a server posted), the texts."""

    trap: str
    seconds: float | None
    min_seconds: float
    texts: Mapping[str, str]
    targets: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Verdict:
    """`reasons` empty means clean."""

    reasons: tuple[str, ...] = ()

    @property
    def clean(self) -> bool:
        return not self.reasons


def judge(signs: Signs) -> Verdict:
    """judge(a form filled in 0.3 s).reasons == ("too_fast",)."""
    found = {
        "honeypot": bool(signs.trap.strip()),
        "too_fast": signs.seconds is not None and signs.seconds < signs.min_seconds,
        "links": sum(map(_links, signs.texts.values())) > LINKS_ALLOWED,
        "markup": any(MARKUP.search(text) for text in signs.texts.values()),
        "link_in_name": any(_links(text) for text in _names(signs)),
    }
    return Verdict(tuple(reason for reason, is_so in found.items() if is_so))


def _links(text: str) -> int:
    return len(LINK.findall(text))


def _names(signs: Signs) -> Iterable[str]:
    return (text for key, text in signs.texts.items() if signs.targets.get(key) in NAME_TARGETS)
