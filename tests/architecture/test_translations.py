"""Every translation translates something: the source sentence stands in a page, a script or a module."""

from __future__ import annotations

import re

from ma_platform.catalogues import merge
from tests.architecture.tree import ROOT, modules

WRITTEN = ("templates/**/*.html", "templates/**/*.txt", "static/src/**/*.ts")
JOINED = re.compile(r"\"\s*\n\s*\"")  # one sentence over several lines of Python
VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")  # {{ name }} of a blocktrans is %(name)s in the catalogue


def everything_written() -> str:
    paths = [*(ROOT / path for path in modules()), *(path for glob in WRITTEN for path in ROOT.glob(glob))]
    return flat("\n".join(path.read_text() for path in paths))


def flat(text: str) -> str:
    """As one line, with variables written in one way, so that line breaks and quoting hide nothing."""
    plain = VARIABLE.sub(r"%(\1)s", JOINED.sub("", text)).replace("\\n", " ").replace('\\"', '"').replace("%%", "%")
    return re.sub(r"\s+", " ", plain).strip()


def test_a_sentence_is_found_however_it_is_broken():
    assert flat('_(\n    "Open it\\n"\n    "now: %(link)s"\n)') == '_( "Open it now: %(link)s" )'
    assert flat("{% blocktrans %}{{ done }} of\n  {{ all }}{% endblocktrans %}").count("%(done)s of %(all)s") == 1


def test_no_translation_is_left_of_a_sentence_that_nobody_writes_any_more():
    written = everything_written()
    sentences = [
        part
        for folder in sorted((ROOT / "locale").glob("*/parts"))
        for message in merge(folder.parent)
        for part in (message.id if isinstance(message.id, tuple | list) else [message.id])
    ]

    assert [sentence for sentence in sentences if flat(sentence) not in written] == []
