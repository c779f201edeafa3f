"""Addresses about who people are: their mail addresses, companies made and ended, who is told of their visits."""

from __future__ import annotations

from ma_platform.tenancy.permissions import Capability as C
from tests.walls.shape import Row

COMPANY, SURVIVOR = {"company_id": "$company"}, {"lead_id": "$survivor"}
WATCH = {"member": "$member_email", "lead": "$lead"}
KNOWN = (
    Row("leads:address", SURVIVOR, {"email": "$further", "to": "main"}, POST=C.EDIT_LEADS),
    Row("leads:company_new", body={"name": "新商事"}, GET=C.EDIT_LEADS, POST=C.EDIT_LEADS),
    Row("leads:companies_alike", query={"name": "新商事"}, GET=C.EDIT_LEADS),
    Row("leads:company_erase", COMPANY, {"confirm": "新商事"}, POST=C.DELETE_LEADS),
    Row(
        "api:lead_emails",
        SURVIVOR,
        {"email": "$further", "main": False},
        query={"email": "$further"},
        GET=C.VIEW_LEADS,
        POST=C.EDIT_LEADS,
        DELETE=C.EDIT_LEADS,
    ),
    Row("api:visit_alerts", body=WATCH, query=WATCH, GET=C.SEE_ALERTS, POST=C.EDIT_LEADS, DELETE=C.EDIT_LEADS),
)
