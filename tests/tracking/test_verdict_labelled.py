"""How right the rules are, measured on a labelled set.

Human precision: of the actors taken for people, the share that are. Doubt is not "taken for a person": it lowers
neither precision nor anybody's score, and counts against human recall. Machine recall: of the machines, the share taken
for machines; doubt does not help there. Proxies that open for people are a class of their own: always in doubt.
"""

from __future__ import annotations

from collections import Counter

import pytest

from tests.tracking.labelled.judging import cases, taken_for

SET = [
    (case, actor.label, found) for case in cases() for actor, found in zip(case.actors, taken_for(case), strict=True)
]
TABLE = Counter((label, found) for _case, label, found in SET)


def test_the_set_is_large_enough():
    assert len(SET) >= 300
    assert min(Counter(label for label, _ in TABLE.elements()).values()) >= 30


def test_who_is_taken_for_a_person_is_one():
    human = TABLE["human", "human"]

    assert human / (human + TABLE["machine", "human"] + TABLE["proxy", "human"]) >= 0.98


def test_machines_are_found():
    found = TABLE["machine", "machine"]

    assert found / (found + TABLE["machine", "unsure"] + TABLE["machine", "human"]) >= 0.95


def test_few_people_are_lost():
    human = TABLE["human", "human"]

    assert human / (human + TABLE["human", "unsure"] + TABLE["human", "machine"]) >= 0.93
    assert TABLE["human", "machine"] == 0


def test_proxies_stay_in_doubt():
    assert {found for label, found in TABLE if label == "proxy"} == {"unsure"}


def test_what_is_got_wrong_is_known():
    wrong = {case.family for case, label, found in SET if {label, found} == {"human", "machine"}}
    doubted = {case.family for case, label, found in SET if label == "human" and found == "unsure"}

    assert wrong == {"hard_patient_scraper", "hard_lone_gateway"}
    assert doubted == {"blocks_beacons"}


@pytest.mark.parametrize("family", sorted({case.family for case, _label, _found in SET}))
def test_every_scenario_is_judged_alike_in_all_its_variations(family: str):
    found = {(label, found) for case, label, found in SET if case.family == family}

    assert len({label for label, _ in found}) == len(found) or family == "blocks_beacons"  # two pages prove nothing
