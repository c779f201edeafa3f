"""What strangers wrote (titles, addresses, link texts, campaigns, agents), made fit to be read. Pure but for its HTML.

Nothing is cut from what is kept: old rows are as safe as new ones, because this is done when they are shown.
"""

from __future__ import annotations

import re

from django.utils.html import format_html
from django.utils.safestring import SafeString

# Turn the direction of what follows, or cannot be seen at all: "\u202egpj.exe" would read "exe.jpg".
HIDDEN = re.compile("[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")
SPACES = re.compile(r"[\x00-\x1f\x7f-\x9f\s\u2028\u2029]+")
TITLE = 1_000  # characters of a tooltip


def plain(text: object) -> str:
    """On one line, without what turns or hides letters: plain("a\\u202egpj.exe") == "agpj.exe"."""
    return SPACES.sub(" ", HIDDEN.sub("", str(text))).strip()


def cut(text: object) -> SafeString:
    """Plain, apart from the text around it, and on one line with an ellipsis; the whole in its tooltip."""
    shown = plain(text)
    return (
        format_html('<span class="cut" title="{}"><bdi>{}</bdi></span>', shown[:TITLE], shown)
        if shown
        else SafeString("")
    )
