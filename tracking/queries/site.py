"""What is known of the workspace's own sites."""

from __future__ import annotations

from datetime import datetime

from ma_platform.db import sql


def tag_seen_at() -> datetime | None:
    """When a browser of this workspace was last seen; None before the first page view."""
    found: datetime | None = sql.run(TAG_SEEN).value()
    return found


def main_site() -> str | None:
    """The origin on which this workspace's visitors read the most different pages ("https://www.example.jp")."""
    pages = sql.run(MAIN_SITE).values()
    return "/".join(pages[0].split("/", 3)[:3]) if pages else None


TAG_SEEN = "SELECT max(last_seen_at) FROM tracking_visitor WHERE tenant_id = %(tenant_id)s"
MAIN_SITE = """
    SELECT min(key) FROM tracking_subject
     WHERE tenant_id = %(tenant_id)s AND kind = 'page' AND key LIKE 'http%%://%%/%%'
     GROUP BY host ORDER BY count(*) DESC, host LIMIT 1
"""
