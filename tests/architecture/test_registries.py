"""A new thing of a known kind comes with its companions: a word, a file, a page."""

import ast
import re
from collections.abc import Iterator

from babel.messages.extract import extract_from_file
from django.template.loader import get_template
from django.utils.translation.template import templatize

from conditions.operators import OPERATORS
from ma_platform import jobs
from ma_platform.catalogues import merge
from ma_platform.env import ROOT
from nurturing.ready_made import READY_MADE
from nurturing.steps import STEP_TYPES
from tests.architecture.tree import modules
from tracking.catalogue import Event, in_order

KEYWORDS = {"_": None, "gettext": None, "gettext_lazy": None, "ngettext": (1, 2), "ngettext_lazy": (1, 2)}
ASKED = re.compile(r"""\b(?:_|gettext|ngettext)\(u?((?:'(?:\\.|[^'\\])*')|(?:"(?:\\.|[^"\\])*"))""")
JAPANESE = merge(ROOT / "locale" / "ja")


def test_every_event_has_a_japanese_name():
    silent = [event.name for event in Event if JAPANESE.get(event.label) is None]

    assert silent == []


def test_every_step_type_has_its_cases_and_its_panel():
    cases = {path.stem for path in (ROOT / "tests/nurturing/cases").glob("*.json")}
    panels = {path.stem for path in (ROOT / "templates/nurturing/steps").glob("*.html")}

    assert (cases, panels) == (set(STEP_TYPES), set(STEP_TYPES))


def test_every_operator_speaks_both_languages():
    silent = [key for key, operator in OPERATORS.items() if not (operator.label.ja and operator.label.en)]

    assert silent == []


def test_both_ready_made_flows_are_there():
    assert set(READY_MADE) == {"document_request", "exhibition"}


def test_consumers_have_names_of_their_own():
    names = [consumer.name for consumer in in_order()]

    assert len(names) == len(set(names)) > 0


def test_every_sweep_is_a_task_with_a_queue():
    assert {name for name in jobs.SWEEPS if jobs.ROUTES[name]["queue"] not in jobs.QUEUES} == set()


def test_every_sentence_is_translated():
    missing = sorted({sentence for sentence in sentences() if JAPANESE.get(sentence) is None})

    assert missing == []


def sentences() -> Iterator[str]:
    """Every sentence that templates and modules ask gettext for."""
    for path in sorted((ROOT / "templates").rglob("*.[ht][tx][mt]*")):
        for quoted in ASKED.findall(templatize(path.read_text())):
            yield ast.literal_eval(quoted)
    for path in modules():
        for _, found, _, context in extract_from_file("python", ROOT / path, keywords=KEYWORDS):
            yield from (found[:1] if isinstance(found, tuple) else [found]) if context is None else []


def test_pages_that_rooms_share_load():
    for name in ("shell.html", "auth.html", "public.html", "404.html", "500.html"):
        assert get_template(name)
