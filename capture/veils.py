"""What of answers is left out: those to questions that fill a field the reader may not see."""

from __future__ import annotations

from ma_platform.tenancy.veils import blank, veil

# A question for an address fills the person's address, whatever else is said of it.
HIDDEN = """(SELECT coalesce(array_agg(asked.one ->> 'key'), '{}')
               FROM public.capture_formversion AS version,
                    jsonb_array_elements(version.document -> 'fields') AS asked(one)
              WHERE version.tenant_id = row.tenant_id AND version.id = row.version_id
                AND veiled.off(coalesce(asked.one ->> 'maps_to',
                                        CASE asked.one ->> 'type' WHEN 'email' THEN 'lead.email' END)))"""

veil("capture_submission", {"values": f"row.values - {HIDDEN}", "raw": blank("raw", "'{}'::jsonb")})
