"""Why a post was not taken: the sender reads English, the debugger its reader's language."""

from __future__ import annotations

import re
from string import Formatter

import pytest
from django.utils import translation

from ma_platform import clock
from tracking.collector import wiring
from tracking.collector.refusal import REASONS, Refusal
from tracking.collector.refused import Refused as Noting
from tracking.collector.request import Request
from tracking.queries import Refused
from tracking.refusal_words import WORDS, refusal_text


def refused(**more: object) -> Refused:
    return Refused(at=clock.now(), path="/v1/track", status=400, reason="as told", origin="", ua="", **more)


def test_every_reason_has_its_sentence_with_the_same_places():
    told = {code: {name for _, name, _, _ in Formatter().parse(text) if name} for code, text in REASONS.items()}
    told["bad_json"].discard("error")  # the parser's own words stand below the sentence

    assert {code: set(re.findall(r"%\((\w+)\)s", text)) for code, text in WORDS.items()} == told


def test_a_sender_reads_the_place_and_the_reason():
    refusal = Refusal(413, "too_many", path="batch", most=500)

    assert (refusal.status, refusal.reason) == (413, "batch: more than 500 messages")
    assert (refusal.code, refusal.path, refusal.facts) == ("too_many", "batch", {"most": 500})


@pytest.mark.parametrize("code", sorted(WORDS))
def test_every_sentence_is_there_in_japanese(code):
    facts = dict.fromkeys(re.findall(r"%\((\w+)\)s", WORDS[code]), "9")

    with translation.override("ja"):
        said = refusal_text(refused(code=code, facts=facts))

    assert re.search("[ぁ-んァ-ン一-龥]", said), said


def test_what_another_version_noted_is_shown_as_it_was_told():
    assert refusal_text(refused()) == "as told"
    assert refusal_text(refused(code="of_tomorrow")) == "as told"
    assert refusal_text(refused(code="too_many")) == "as told"


def test_the_debugger_speaks_the_readers_language(sign_in, acme):
    noting = Noting(wiring.client(wiring.place()))
    refusal = Refusal(400, "missing", path="batch[3].event")
    noting.note(acme.workspace.pk, Request("/v1/batch", {}), refusal, now=clock.now())
    noting.flush()

    page = sign_in().get("/tracking/debug/").content.decode()

    assert "この項目がありません。" in page
    assert "batch[3].event" in page
    assert "is missing" not in page
