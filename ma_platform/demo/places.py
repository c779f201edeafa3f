"""Where the demo's visits came from: no GeoIP file is shipped, so the seeding says what one would have said."""

from __future__ import annotations

from collections.abc import Mapping

from ma_platform.db import sql

ELSEWHERE = ["東京都", "東京都", "東京都", "大阪府", "大阪府", "神奈川県", "愛知県", "福岡県", "北海道", "埼玉県"]


def place_visits(offices: Mapping[str, str]) -> None:
    """Visits from a company's network (its address → prefecture) are there; the others live as people do in Japan."""
    sql.run(PLACE, ip=list(offices), prefecture=list(offices.values()), elsewhere=ELSEWHERE)


PLACE = """
    WITH office AS (SELECT * FROM unnest(%(ip)s::inet[], %(prefecture)s::text[]) AS office(ip, prefecture))
    UPDATE tracking_session AS visit
       SET country = 'JP',
           prefecture = coalesce(
               (SELECT office.prefecture FROM office WHERE office.ip = visit.ip),
               (%(elsewhere)s::text[])[1 + visit.visitor_id %% cardinality(%(elsewhere)s::text[])])
     WHERE visit.tenant_id = %(tenant_id)s AND visit.ip IS NOT NULL
"""
