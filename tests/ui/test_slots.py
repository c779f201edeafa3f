"""Slots: order, capability, and panels that have nothing to say."""

from types import SimpleNamespace
from typing import Any

from ma_platform.tenancy.permissions import Capability
from ma_platform.ui import slots

Place = slots.Slot[Any]
member: Any = SimpleNamespace


def panel(title: str) -> slots.Panel:
    return slots.Panel(title=title, template="x.html", context={})


def test_fillers_stand_in_order_whatever_order_they_came_in():
    slot = Place("test")
    slot.fill(order=20)(lambda request, about: panel("second"))
    slot.fill(order=10)(lambda request, about: panel("first"))

    shown = slots.panels(slot, member(can=frozenset()), None)

    assert [one.title for one in shown] == ["first", "second"]


def test_a_filler_without_permission_is_not_even_called():
    slot = Place("test")
    called = []
    slot.fill(order=1, capability=Capability.EDIT_LEADS)(lambda request, about: called.append(about))

    shown = slots.panels(slot, member(can=frozenset({Capability.VIEW_LEADS})), "lead")

    assert (shown, called) == ([], [])


def test_a_filler_with_nothing_to_show_leaves_no_box():
    slot = Place("test")
    slot.fill(order=1)(lambda request, about: None)

    assert slots.panels(slot, member(can=frozenset()), None) == []


def test_filling_twice_with_the_same_function_counts_once():
    slot = Place("test")

    def filler(request, about):
        return panel("once")

    slot.fill(order=1)(filler)
    slot.fill(order=1)(filler)

    assert len(slot.fillers()) == 1


def test_a_checklist_knows_how_far_it_is():
    steps = [slots.Step("a", "A", True, "/a"), slots.Step("b", "B", False, "/b")]

    assert (slots.Checklist(steps).done, slots.Checklist(steps).complete, slots.Checklist([]).complete) == (
        1,
        False,
        True,
    )
