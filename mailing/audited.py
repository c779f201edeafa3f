"""What the audit log calls the things of this room."""

from __future__ import annotations

from ma_platform.audit.naming import name_rows
from mailing.models import Email

name_rows("eml", Email, "name", page="mailing:email")
