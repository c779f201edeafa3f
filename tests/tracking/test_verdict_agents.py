"""The list's own data knows the list's agents; what is a tool is told by its tag, never by its name."""

from __future__ import annotations

import pytest
from crawleruseragents import CRAWLER_USER_AGENTS_DATA

from tests.tracking.labelled.sequences import DESKTOPS, PHONES
from tracking.catalogue import Verdict
from tracking.verdict import TOOLS, crawler, judge_post, judge_request

AGENTS = [
    (instance, frozenset(entry.get("tags") or ("crawler",)))
    for entry in CRAWLER_USER_AGENTS_DATA
    for instance in entry.get("instances") or ()
]


def test_every_agent_of_the_list_is_recognised():
    unknown = [agent for agent, tags in AGENTS if not tags <= crawler(agent)]

    assert len(AGENTS) > 2_000
    assert unknown == []


def test_on_the_api_all_of_them_are_machines_but_the_tools():
    people = {agent for agent, _tags in AGENTS if judge_post(agent).verdict == Verdict.HUMAN}

    assert people == {agent for agent, _tags in AGENTS if crawler(agent) & TOOLS}


def test_on_bare_requests_only_driven_browsers_are_let_through():
    people = {agent for agent, _tags in AGENTS if judge_request(agent).verdict == Verdict.HUMAN}

    assert people == {agent for agent, _tags in AGENTS if crawler(agent) == {"browser-automation"}}


@pytest.mark.parametrize("agent", DESKTOPS + PHONES)
def test_browsers_are_not_on_the_list(agent: str):
    assert crawler(agent) == frozenset()
