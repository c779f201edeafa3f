"""Every visit and every touch can be reached, page by page, without a gap or a repetition."""

from __future__ import annotations

import re
from uuid import UUID

import pytest

from leads.models import Lead
from ma_platform.tenancy.permissions import Role
from ma_platform.tenancy.scope import tenant_scope
from tests.tracking.test_watching import person
from tests.tracking.visiting import visit, visitor_number
from tracking.queries import BadPosition, touch_list, visits
from tracking.views import history

SEARCH = {"channel": "organic_search", "referrer_host": "www.google.com", "landing_path": "/"}


def walked(list_page) -> list[UUID]:
    """All rows' ids, two a page."""
    found: list[UUID] = []
    before = None
    while page := list_page(before=before, limit=2):
        found += [getattr(row, "id", None) or row.visit_id for row in page]
        before = page[-1].position
    return found


def test_the_pages_of_visits_meet_where_several_began_at_once(in_acme):
    made = [visit(minutes=minutes, lead=5, source=SEARCH) for minutes in (-3, -2, -2, -2, -1)]
    newest_first = [made[4], *sorted(made[1:4], reverse=True), made[0]]

    assert walked(lambda **asked: visits(visitor_id=visitor_number(), **asked)) == newest_first
    assert walked(lambda **asked: visits(lead_id=5, **asked)) == newest_first
    assert walked(lambda **asked: touch_list(5, **asked)) == newest_first


@pytest.mark.parametrize("before", [["x", str(UUID(int=1))], ["2026-01-01T00:00:00+09:00", 7], [], [None, None]])
def test_a_place_no_list_has_is_refused(in_acme, before):
    with pytest.raises(BadPosition):
        visits(lead_id=5, before=before)


@pytest.fixture
def visited(acme, monkeypatch):
    """A person with three visits, the first from a search, and pages of two."""
    monkeypatch.setattr(history, "SHOWN", 2)
    with tenant_scope(acme.workspace):
        number = person("山田")
        for minutes, source in ((-30, SEARCH), (-20, None), (-10, None)):
            visit(minutes=minutes, lead=number, source=source, url=f"https://acme.jp/{-minutes}", title=f"頁{-minutes}")
        return Lead.objects.get(pk=number).public_id


def test_the_lead_page_leads_to_every_visit(sign_in, visited):
    client = sign_in()
    path = f"/tracking/people/{visited}/visits"
    assert f'href="{path}"' in client.get(f"/leads/{visited}").content.decode()

    first = client.get(path).content.decode()
    (following,) = re.findall(r'href="(\?after=[^"]+)"', first)
    second = client.get(path + following).content.decode()

    assert [re.findall(r">(頁\d+)<", page) for page in (first, second)] == [["頁10", "頁20"], ["頁30"]]
    assert "Google" in client.get(path + "?show=touches").content.decode()
    assert "頁20" in client.get("/tracking/visitor-visits/v1").content.decode()


def test_nobody_elses_history_is_shown(sign_in, globex, visited):
    with tenant_scope(globex.workspace):
        visit("theirs", lead=person("鈴木"))
        foreign = Lead.objects.get().public_id

    assert sign_in().get(f"/tracking/people/{foreign}/visits").status_code == 404
    assert sign_in().get("/tracking/visitor-visits/theirs").status_code == 404
    assert sign_in().get(f"/tracking/people/{visited}/visits?after=e30").status_code == 400
    assert sign_in(role=Role.VIEWER).get(f"/tracking/people/{visited}/visits").status_code == 200
