"""What of mails is left out for those who may not see an address, or any other sensitive field.

What was written to a person is made of them anew for every look, from what the looker may see; a notice to colleagues
is kept as it was written, and left out whole where a field was marked since.
"""

from __future__ import annotations

from ma_platform.tenancy.veils import OLDER, blank, off, veil

NOTICE = f"""CASE WHEN row.content IS NOT NULL AND {OLDER.format(at="row.queued_at")}
                 THEN '{{"subject": "", "text": "", "html": ""}}'::jsonb ELSE row.content END"""

veil(
    "mailing_message",
    {"to_address": off("lead.email", "to_address"), "context": blank("context", "'{}'::jsonb"), "content": NOTICE},
)
veil("mailing_suppression", {"address": off("lead.email", "address")})
