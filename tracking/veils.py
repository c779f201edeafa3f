"""What of the log is left out: what a browser said of its person when it signed in, and a number that is an address."""

from __future__ import annotations

from ma_platform.tenancy.veils import veil

STATED = """CASE WHEN veiled.any_off() AND row.props ?| ARRAY['traits', 'user_id']
    THEN row.props - 'traits' - CASE WHEN row.props ->> 'user_id' LIKE '%@%' AND veiled.off('lead.email')
                                     THEN 'user_id' ELSE 'traits' END
    ELSE row.props END"""

veil("tracking_event", {"props": STATED})
