"""Is the tag there? Page views of people's browsers tell, whether they may be recognised or only counted."""

from __future__ import annotations

from datetime import timedelta

from ma_platform.db import sql
from ma_platform.tenancy.scope import tenant_scope
from tests.tracking.collecting import NOW
from tests.tracking.visiting import visit
from tracking.actions import NewFact, SubjectRef, record_many
from tracking.catalogue import Event, Verdict
from tracking.debugging import domain_rows
from tracking.models import Domain
from tracking.panels import tag_seen as checklist
from tracking.queries import sightings, tag_seen
from tracking.queries.sightings import Sighting, TagSeen


def counted(host: str = "www.acme.jp", *, minutes: int = 0, verdict: Verdict = Verdict.HUMAN) -> None:
    page = SubjectRef("page", f"https://{host}/", url=f"https://{host}/")
    record_many([NewFact(Event.PAGE_VIEWED, NOW + timedelta(minutes=minutes), subject=page, verdict=verdict)])


def test_a_counted_view_shows_that_the_tag_works(in_acme, globex):
    counted()
    counted("shop.acme.com", minutes=1, verdict=Verdict.UNSURE)

    assert tag_seen() == TagSeen(NOW + timedelta(minutes=1), "shop.acme.com")
    assert checklist(NOW).done
    assert [(one.host, one.visits, one.counted) for one in sightings()] == [
        ("shop.acme.com", 0, 1),
        ("www.acme.jp", 0, 1),
    ]
    with tenant_scope(globex.workspace):
        assert tag_seen() is None


def test_servers_and_machines_show_nothing(in_acme):
    record_many([NewFact(Event.SEMINAR_REGISTERED, NOW, visitor="told by a server")])
    counted(verdict=Verdict.MACHINE)
    visit("bot", verdict=Verdict.MACHINE)
    visit("speaker", agent="analytics-python/2.0")
    counted("api.acme.jp")
    sql.run("UPDATE tracking_event SET reasons = '{tool:http-library}' WHERE verdict = 0")

    assert (tag_seen(), sightings()) == (None, [])


def test_visits_and_counted_views_of_a_host_stand_together(in_acme):
    visit("v1", minutes=3)
    counted("acme.jp", minutes=9)

    (seen,) = sightings()

    assert seen == Sighting("acme.jp", 1, 1, NOW + timedelta(minutes=9))
    (row,) = domain_rows([Domain(host="acme.jp", kind="site")], [seen])
    assert (row.state, row.visits, row.counted) == ("訪問が届いています", 1, 1)


def test_where_everybody_is_only_counted_the_pages_say_that_the_tag_works(sign_in, acme):
    with tenant_scope(acme.workspace):
        counted()

    setup, live = (sign_in().get(f"/tracking/{page}/").content.decode() for page in ("setup", "live"))

    assert "タグは動作しています" in setup
    assert "www.acme.jp" in setup
    assert "閲覧数のみ1件" in setup
    assert "最後のページ閲覧" in live


def test_the_newest_view_is_found_through_an_index(in_acme):
    sql.run("SET LOCAL enable_sort = off")  # the log is empty here: nothing is too dear for it
    plan = "\n".join(
        sql.run(
            "EXPLAIN SELECT occurred_at FROM tracking_event WHERE tenant_id = %(tenant_id)s AND visitor_id IS NULL"
            " AND name = 1 ORDER BY occurred_at DESC LIMIT 2000"
        ).values()
    )

    assert "Sort" not in plan
    assert "_tenant_id_occurred_at_idx" in plan
