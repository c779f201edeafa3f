"""Why the collector did not take a post, in the reader's language; the sender's developer was told in English."""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from tracking.queries import Refused

WORDS = {
    "missing": _("This field is missing."),
    "one_of": _("This must be one of: %(choices)s."),
    "not_time": _("This must be a time like 2026-01-31T09:00:00Z."),
    "not_text": _("This must be a text."),
    "not_object": _("This must be an object."),
    "not_list": _("This must be a list of messages."),
    "too_many": _("More than %(most)s messages in one post."),
    "event_too_large": _("A message larger than %(most)s KB."),
    "too_many_keys": _("More than %(most)s keys in one message."),
    "too_deep": _("Nested deeper than %(most)s levels."),
    "number_too_large": _("A number beyond 2^63."),
    "text_too_long": _("A text longer than %(most)s KB."),
    "key_twice": _("The key %(key)s appears twice in one object."),
    "body_not_object": _("The post is JSON, but not an object."),
    "not_json": _("The post is not JSON."),
    "bad_json": _("The post is not JSON from character %(at)s on."),
    "unknown_encoding": _("The Content-Encoding %(name)s is not known."),
    "not_gzip": _("The post says that it is gzip, and is not."),
    "gzip_cut": _("The gzip data ends too early."),
    "gzip_more": _("Something follows the gzip data."),
    "too_large": _("The post is larger than %(most)s KB."),
    "bad_length": _("The Content-Length is not a number."),
    "not_basic": _("The Authorization header is not Basic."),
    "too_fast": _("Too many events at once: the sender was told to slow down."),
    "starting": _("The collector was starting: the sender was told to try again."),
    "not_kept": _("It could not be kept: the sender was told to try again."),
}


def refusal_text(refused: Refused) -> str:
    """One sentence without the field's place; what the sender was told where there is no code for it."""
    if refused.code not in WORDS:
        return refused.reason
    try:
        return gettext(WORDS[refused.code]) % refused.facts
    except KeyError:  # noted by another version
        return refused.reason
