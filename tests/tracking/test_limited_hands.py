"""A member who sees a part of the people has a hand on a browser: the others who used it keep what is theirs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from leads.models import Lead
from ma_platform.db import sql
from ma_platform.errors import NotFound
from ma_platform.tenancy.reach import Reach, reaching
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from tests.people import make_person
from tests.tracking.test_identity_undo import bind, dump, minute, owners, view
from tracking.actions import BindingGone, erase_visitor, give_browser, mark_shared, undo_binding, unmark_shared
from tracking.models import Event, Visitor
from tracking.queries import conflict_count


@contextmanager
def seeing(made: NewWorkspace, *people: int) -> Iterator[None]:
    """As somebody whose people these are, and nobody else."""
    Lead.objects.filter(pk__in=people).update(owner=made.owner)
    with reaching(Reach((made.owner.pk,))):
        yield


@pytest.fixture
def theirs(in_acme: NewWorkspace) -> int:
    """Somebody out of reach."""
    return make_person(email="theirs@x.example")


@pytest.fixture
def mine(in_acme: NewWorkspace) -> int:
    return make_person(email="mine@x.example")


def test_what_is_not_shared_any_more_stays_with_both_who_logged_in(in_acme, theirs, mine):
    view(0)
    bind(theirs, 1, "identify")
    view(2)
    bind(mine, 3, "identify")
    view(4)

    with seeing(in_acme, mine):
        done = unmark_shared("v1", by=in_acme.owner, now=minute(5))

    browser = Visitor.objects.get()
    assert (done.was, browser.shared, browser.lead_id) == (True, False, mine)
    assert owners() == [theirs, theirs, mine]


def test_a_mark_as_shared_undoes_and_settles_what_concerns_others_too(in_acme, theirs, mine):
    view(0)
    bind(theirs, 1, "mail_click")
    view(2)
    bind(mine, 3)
    view(4)

    with seeing(in_acme, mine):
        mark_shared("v1", by=in_acme.owner, now=minute(5), undo_weak=True)

    assert (owners(), conflict_count()) == ([mine, mine, mine], 0)


def test_a_binding_undone_gives_its_events_to_who_came_next(in_acme, theirs, mine):
    view(0)
    first = bind(mine, 1)
    view(2)
    bind(theirs, 3)
    view(4)
    bind(mine, 5)
    view(6)

    with seeing(in_acme, mine):
        undone = undo_binding(first, by=in_acme.owner, now=minute(7))

    assert (undone.left, undone.returned) == (2, 2)
    assert owners() == [theirs, theirs, theirs, mine]


def test_a_browser_given_to_one_leaves_the_others_their_time_on_it(in_acme, theirs, mine):
    other = make_person(email="other@x.example")
    view(0)
    bind(theirs, 1)
    view(2)
    bind(mine, 3)
    view(4)
    noted = bind(other, 5, "mail_click")
    view(6)

    with seeing(in_acme, mine, other):
        give_browser(noted, by=in_acme.owner, now=minute(7))

    assert owners() == [theirs, theirs, mine, other]


def test_an_erased_browser_leaves_nothing_of_others_either(in_acme, theirs, mine):
    view(0)
    bind(theirs, 1)
    view(2)
    bind(mine, 3)
    view(4)

    with seeing(in_acme, mine):
        erase_visitor("v1", by=in_acme.owner, now=minute(5))

    assert (owners(), Event.objects.exclude(visitor_id=None).count()) == ([], 0)
    assert sql.run("SELECT count(*) FROM tracking_daily WHERE name = 1").value() == 0


def test_a_browser_of_somebody_out_of_reach_is_not_there(in_acme, theirs, mine):
    first = bind(mine, 1)
    view(2)
    second = bind(theirs, 3)
    view(4)
    before = dump()
    hand = {"by": in_acme.owner, "now": minute(5)}

    with seeing(in_acme, mine):
        with pytest.raises(BindingGone):
            unmark_shared("v1", **hand)
        with pytest.raises(BindingGone):
            mark_shared("v1", **hand)
        with pytest.raises(BindingGone):
            undo_binding(first, **hand)
        with pytest.raises(BindingGone):
            give_browser(second, **hand)
        with pytest.raises(NotFound):
            erase_visitor("v1", **hand)

    assert dump() == before
