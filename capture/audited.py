"""What the audit log calls the things of this room."""

from __future__ import annotations

from capture.models import Asset, Form
from ma_platform.audit.naming import name_rows

name_rows("frm", Form, "name", page="capture:edit")
name_rows("ast", Asset, "name")
