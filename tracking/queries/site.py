"""What is known of the workspace's own sites."""

from __future__ import annotations

from ma_platform.db import sql


def main_site() -> str | None:
    """The origin on which this workspace's visitors read the most different pages ("https://www.example.jp")."""
    pages = sql.run(MAIN_SITE).values()
    return "/".join(pages[0].split("/", 3)[:3]) if pages else None


MAIN_SITE = """
    SELECT min(key) FROM tracking_subject
     WHERE tenant_id = %(tenant_id)s AND kind = 'page' AND key LIKE 'http%%://%%/%%'
     GROUP BY host ORDER BY count(*) DESC, host LIMIT 1
"""
