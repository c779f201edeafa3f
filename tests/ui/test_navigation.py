"""The left rail: who sees what, and what is lit."""

import pytest

from ma_platform.tenancy.permissions import Capability
from ma_platform.ui import navigation
from ma_platform.ui.navigation import NavItem, Section


@pytest.fixture
def rail(monkeypatch):
    monkeypatch.setattr(navigation, "_ITEMS", {})
    navigation.register(
        NavItem(
            "settings", "Settings", "settings", "settings", Section.SETTINGS, capability=Capability.MANAGE_WORKSPACE
        )
    )
    navigation.register(NavItem("members", "Members", "users", "members", Section.SETTINGS, order=60))
    navigation.register(NavItem("home", "Home", "home", "home", Section.HOME))
    navigation.register(NavItem("later", "Later", "box", "a_page_that_does_not_exist_yet", Section.PEOPLE))
    yield
    navigation.visible.cache_clear()


def shown(path: str, *can: Capability) -> list[list[tuple[str, bool]]]:
    return [
        [(entry.key, entry.current) for entry in group]
        for group in navigation.sections(here=navigation.current(path=path, can=can), can=can)
    ]


def test_sections_keep_their_order_and_hide_what_does_not_exist(rail):
    assert shown("/nowhere/") == [[("home", False)], [("members", False)]]


def test_an_entry_needs_its_capability(rail):
    assert shown("/nowhere/", Capability.MANAGE_WORKSPACE)[1] == [("settings", False), ("members", False)]


def test_the_longest_match_is_lit_alone(rail):
    assert shown("/settings/members/invite/", Capability.MANAGE_WORKSPACE) == [
        [("home", False)],
        [("settings", False), ("members", True)],
    ]


def test_home_is_lit_only_at_home(rail):
    assert shown("/")[0] == [("home", True)]


def test_an_entry_is_lit_under_its_other_paths_too(rail):
    navigation.register(NavItem("leads", "Leads", "users", "members", Section.PEOPLE, also_under=("/companies/",)))

    assert shown("/companies/7/")[1] == [("leads", True)]


def test_a_key_belongs_to_one_entry(rail):
    with pytest.raises(navigation.NavigationClash):
        navigation.register(NavItem("home", "Another", "home", "home", Section.HOME))
