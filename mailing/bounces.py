"""What a mail server's refusal means: enhanced code first, reply code second, words last. Pure."""

import re
from dataclasses import dataclass
from enum import StrEnum

ENHANCED = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
UNKNOWN_USER = re.compile(
    r"user unknown|unknown user|no such (?:user|recipient|mailbox)|does not exist|invalid recipient", re.IGNORECASE
)
FULL = re.compile(r"mailbox (?:is )?full|over ?quota|quota exceeded", re.IGNORECASE)
POLICY = re.compile(
    r"spam|blocked|block list|blacklist|policy|dmarc|spf|dkim|reputation|not authenticated", re.IGNORECASE
)


class Failure(StrEnum):
    """Class of a permanent refusal, stored as the reason of a failed message."""

    ADDRESS = "bad_address"
    FULL = "mailbox_full"
    POLICY = "policy"
    CONTENT = "content"
    TEMPORARY = "gave_up"
    OTHER = "rejected"


@dataclass(frozen=True, slots=True)
class Bounce:
    """`hard` = the address is dead and must not be written to again."""

    failure: Failure
    hard: bool


def classify(code: int, said: str) -> Bounce:
    """classify(550, "5.1.1 no such user") is hard; 5.7.x and mailbox-full never suppress a lead."""
    enhanced = ENHANCED.search(said)
    if enhanced:
        return _by_enhanced(int(enhanced.group(2)), int(enhanced.group(3)))
    if POLICY.search(said):
        return Bounce(Failure.POLICY, hard=False)
    if FULL.search(said) or code == 552:
        return Bounce(Failure.FULL, hard=False)
    if code in (550, 551, 553) and UNKNOWN_USER.search(said):
        return Bounce(Failure.ADDRESS, hard=True)
    return Bounce(Failure.OTHER, hard=False)


def _by_enhanced(subject: int, detail: int) -> Bounce:
    if subject == 1:
        return Bounce(Failure.ADDRESS, hard=detail in (1, 2, 3, 6, 10))
    if subject == 2:
        return Bounce(Failure.FULL, hard=False) if detail == 2 else Bounce(Failure.ADDRESS, hard=detail == 1)
    if subject == 7:
        return Bounce(Failure.POLICY, hard=False)
    return Bounce(Failure.CONTENT if subject == 6 else Failure.OTHER, hard=False)
