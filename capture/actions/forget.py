"""What is not kept for ever of a form sent: the sender's address, and everything once the person is erased."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from capture.models import Submission
from leads.actions import Gone
from ma_platform.db import sql
from ma_platform.tenancy.scope import system_scope


def forget_submissions(gone: Sequence[Gone]) -> None:
    """Forms these people sent, with everything they wrote."""
    Submission.objects.filter(lead_id__in=[one.lead_id for one in gone]).delete()


def shorten_addresses(*, now: datetime) -> int:
    """IP addresses kept longer than the workspace allows lose their last part. One statement for all workspaces."""
    with system_scope():
        return sql.run(SHORTEN, now=now).rowcount


# The same days as for visits. The index of the newest submissions serves each workspace.
SHORTEN = """
    WITH due AS MATERIALIZED (
        SELECT workspace.id, %(now)s::timestamptz - coalesce(chosen.ip_days, 90) * interval '1 day' AS until
          FROM tenancy_workspace AS workspace
          LEFT JOIN tracking_settings AS chosen ON chosen.tenant_id = workspace.id
    ), long AS MATERIALIZED (
        SELECT sent.tenant_id, sent.id, sent.context ->> 'ip' AS ip
          FROM due
          JOIN capture_submission AS sent ON sent.tenant_id = due.id AND sent.submitted_at < due.until
         WHERE sent.context ->> 'ip' <> ''
    ), short AS MATERIALIZED (
        SELECT long.tenant_id, long.id, long.ip,
               CASE WHEN pg_input_is_valid(long.ip, 'inet') THEN
                    host(network(set_masklen(long.ip::inet, CASE family(long.ip::inet) WHEN 4 THEN 24 ELSE 48 END)))
                    ELSE '' END AS shorter
          FROM long
    )
    UPDATE capture_submission AS sent
       SET context = jsonb_set(sent.context, '{ip}', to_jsonb(short.shorter))
      FROM short
     WHERE sent.tenant_id = short.tenant_id AND sent.id = short.id AND short.ip <> short.shorter
"""
