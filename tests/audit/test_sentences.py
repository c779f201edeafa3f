"""Every verb that some module writes has its sentence, and every sentence is written by some module."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from ma_platform.audit.naming import kind_of, known_kinds, named
from ma_platform.audit.sentences import AREAS, KINDS, SENTENCES, sentence, verbs_of
from ma_platform.env import ROOT
from tests.architecture.tree import modules, parsed

VERB = re.compile(r"[a-z_]+\.[a-z_]+\Z")
WRITING = {"record", "record_each", "_told", "_touched"}
# Verbs put together from an area and a word: the words are in other tables.
DERIVED = {
    "bulk.done",
    "bulk.failed",
    "bulk.undone",
    "suggestion.dismissed",
    "suggestion.restored",
    "company_suggestion.dismissed",
    "company_suggestion.restored",
}
KNOWN = {verb for area in SENTENCES.values() for verb in area}


def written(path: Path) -> Iterator[str]:
    """Verbs that a module hands to the log, alone or through a function of its own."""
    calls = (node for node in ast.walk(parsed(path)) if isinstance(node, ast.Call) and called(node) in WRITING)
    texts = (text for call in calls for argument in call.args[:2] for text in constants(argument))
    area = "assignment." if path.name == "assignment_design.py" else ""
    yield from (area + text for text in texts if VERB.match(area + text) and f"{text}." != area)


def called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def constants(argument: ast.expr) -> Iterator[str]:
    """The text, or both of `a if … else b`."""
    parts = [argument.body, argument.orelse] if isinstance(argument, ast.IfExp) else [argument]
    yield from (part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str))


def test_every_verb_has_a_sentence_and_every_sentence_a_verb():
    audited = [path for path in modules() if "audit" in (ROOT / path).read_text()]

    found = {verb for path in audited for verb in written(path)} | DERIVED

    assert (found - KNOWN, KNOWN - found) == (set(), set())


def test_an_area_stands_for_its_verbs_and_a_verb_for_itself():
    assert (set(AREAS), verbs_of("lead.erased"), verbs_of("nonsense")) == (set(SENTENCES), ["lead.erased"], [])
    assert len(verbs_of("workspace")) == len(SENTENCES["workspace"])
    assert sentence("of.yesterday") == "of.yesterday"


def test_a_subject_names_its_kind():
    assert [kind_of(one) for one in ("lead_5f0c", "12", "browser:7", "default", "")] == [
        "lead",
        "member",
        "browser",
        "default",
        "",
    ]


def test_every_kind_that_rooms_name_is_asked_for_and_called_something(in_acme):
    kinds = known_kinds()

    assert named([f"{kind}_nobody" for kind in kinds if kind != "member"] + ["999999"]) == {}
    assert kinds - set(KINDS) == set()
