"""The link nobody can see: in every tracked marketing mail, before all others, and nowhere else."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from mailing.compiling import compile_document
from mailing.document import parse
from mailing.rendering import Place, Rendered, load, personalise
from mailing.tokens import Signer, Ticket
from tests.mailing.conftest import DOCUMENT

SIGNER = Signer(["s" * 50])
EMAIL = "eml_" + "a" * 32
PLACE = Place("https://t.example", 7, EMAIL, "ja", marketing=True)
VALUES = {"lead": {"last_name": "山田"}, "workspace": {}}


def rendered(place: Place) -> Rendered:
    sources = compile_document(parse(DOCUMENT))
    return personalise(load(sources, place, SIGNER), VALUES, Ticket(7, 5, "msg_" + "b" * 32, EMAIL, 1), SIGNER)


def test_it_is_the_first_link_and_hidden_from_everybody():
    html = rendered(PLACE).html

    first = re.search(r"<a [^>]*>", html)
    assert first is not None
    assert first.group().startswith('<a href="https://t.example/h/')
    assert all(word in first.group() for word in ('aria-hidden="true"', 'tabindex="-1"', "display:none"))


@pytest.mark.parametrize("place", [replace(PLACE, marketing=False), replace(PLACE, tracked=False)])
def test_other_mails_have_none(place: Place):
    assert "/h/" not in rendered(place).html


def test_the_text_has_none():
    assert "/h/" not in rendered(PLACE).text
