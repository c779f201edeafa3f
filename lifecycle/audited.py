"""What the audit log calls the things of this room."""

from __future__ import annotations

from lifecycle.models import AssignmentRule, SalesTeam
from ma_platform.audit.naming import name_rows

name_rows("asr", AssignmentRule, "name", page="lifecycle:rule")
name_rows("team", SalesTeam, "name", page="lifecycle:team")
