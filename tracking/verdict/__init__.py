"""Was it a person? Pure rules over what requests say of themselves and how they follow each other.

Owns the rules and their version; refuses to read or write anything: hits in, judgements out. First impressions
(`judge_post`, `judge_request`, `judge_mail`) are made at the door; `judge_message`, `judge_series` and `judge_visit`
look at the whole later, and again whenever the rules improve.
"""

from tracking.verdict.agents import TOOLS, crawler
from tracking.verdict.hits import Hit, hit_of, is_prefetch, judge_hit, judge_mail, judge_post, judge_request
from tracking.verdict.judging import HUMAN, RULE_VERSION, Judgement, network_of
from tracking.verdict.mails import Delivered, MailHit, judge_message, learn_gateways
from tracking.verdict.pixels import PixelHit, judge_series
from tracking.verdict.visits import Sign, Visit, judge_visit

__all__ = [
    "HUMAN",
    "RULE_VERSION",
    "TOOLS",
    "Delivered",
    "Hit",
    "Judgement",
    "MailHit",
    "PixelHit",
    "Sign",
    "Visit",
    "crawler",
    "hit_of",
    "is_prefetch",
    "judge_hit",
    "judge_mail",
    "judge_message",
    "judge_post",
    "judge_request",
    "judge_series",
    "judge_visit",
    "learn_gateways",
    "network_of",
]
