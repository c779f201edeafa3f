"""Moving between the workspace's own sites is no arrival: such a referrer is no source of the visit."""

from __future__ import annotations

from ma_platform.db import sql
from tracking.campaigns import CLICK_IDS, UTM


def forget_own_referrers() -> int:
    """Take the source off the lines of `incoming` that came from a site of their own workspace; a campaign stays.

    One look at the domains of the batch's workspaces, and nothing more while none names a site.
    """
    return sql.run(FORGET, tags=[*UTM, *CLICK_IDS]).rowcount


FORGET = """
    WITH site AS MATERIALIZED (
        SELECT tenant_id, regexp_replace(host, '^www[.]', '') AS host FROM tracking_domain
         WHERE kind = 'site' AND tenant_id IN (SELECT DISTINCT tenant_id FROM incoming WHERE source IS NOT NULL)
    )
    UPDATE incoming SET source = NULL
      FROM site
     WHERE site.tenant_id = incoming.tenant_id AND incoming.source IS NOT NULL
       AND right('.' || (incoming.source ->> 'referrer_host'), length(site.host) + 1) = '.' || site.host
       AND NOT incoming.source ?| %(tags)s
"""
