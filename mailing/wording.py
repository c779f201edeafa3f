"""Why a document was refused, in the reader's language. The pure parts speak English; this is their dictionary."""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

REFUSED = re.compile(r"line (\d+): (.+) is not allowed here\Z", re.DOTALL)
CONSTRUCTS: Mapping[str, Promise] = {
    "a call": _("a call"),
    "set": _("set"),
    "include": _("include"),
    "import": _("import"),
    "macro": _("macro"),
    "raw": _("raw"),
    "an index or slice": _("an index or slice"),
    "joining with ~": _("joining with ~"),
    "an inline if": _("an inline if"),
    "a statement inside a tag": _("a statement inside a tag"),
    "a variable outside quotes inside a tag": _("a variable outside quotes inside a tag"),
    "a variable inside a style sheet or comment": _("a variable inside a style sheet or comment"),
    "a variable in the scheme or host of an address": _("a variable in the scheme or host of an address"),
    "an address that is not http(s), mailto or tel": _("an address that is not http(s), mailto or tel"),
    "a statement around the end of the body": _("a statement around the end of the body"),
    "a loop over anything but a given list": _("a loop over anything but a given list"),
    "such deep nesting": _("such deep nesting"),
    "such deep nesting of elements": _("such deep nesting"),
    "such a large or deep template": _("such a large or deep template"),
}
PLAIN: Mapping[str, Promise] = {
    "unknown field": _("unknown field"),
    "expected text": _("expected text"),
    "expected an object": _("expected an object"),
    "must not be empty": _("must not be empty"),
    "must be one line": _("must be one line"),
    "expected one e-mail address": _("expected one e-mail address"),
    "a character that cannot be stored": _("a character that cannot be stored"),
    "expected marketing or operational": _("expected marketing or operational"),
    "expected a key of small letters, digits, - and _": _("expected a key of small letters, digits, - and _"),
}
STARTS: Mapping[str, Promise] = {
    "the filter ": _("the filter"),
    "the element ": _("the element"),
    "the attribute ": _("the attribute"),
    "the address ": _("the address"),
    "the name ": _("the name"),
    "a variable in the attribute ": _("a variable in the attribute"),
    "a syntax error ": _("a syntax error"),
}


def worded(reason: str) -> str:
    """`line 2: a call is not allowed here` in the active language; what is not in the dictionary stays as it is."""
    found = REFUSED.match(reason)
    if found is None:
        return str(PLAIN.get(reason, reason))
    return gettext("Line %(line)s: %(construct)s cannot be used here.") % {
        "line": found.group(1),
        "construct": _construct(found.group(2)),
    }


def _construct(said: str) -> str:
    if said in CONSTRUCTS:
        return str(CONSTRUCTS[said])
    start = next((start for start in STARTS if said.startswith(start)), None)
    return said if start is None else f"{STARTS[start]} {said.removeprefix(start)}"
