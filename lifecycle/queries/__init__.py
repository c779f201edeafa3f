"""Questions about stages, alerts and deals."""

from lifecycle.queries.alerts import alert_page, find_alert, unread_alerts
from lifecycle.queries.behaviour import Inquiry, Page, last_inquiries, last_pages
from lifecycle.queries.deals import deal_json, deal_page, deals_of, find_deal, people_of
from lifecycle.queries.stages import (
    FunnelStep,
    all_stages,
    funnel,
    history,
    known_then,
    left_out_stock,
    stage_keys,
    stage_stock,
)

__all__ = [
    "FunnelStep",
    "Inquiry",
    "Page",
    "alert_page",
    "all_stages",
    "deal_json",
    "deal_page",
    "deals_of",
    "find_alert",
    "find_deal",
    "funnel",
    "history",
    "known_then",
    "last_inquiries",
    "last_pages",
    "left_out_stock",
    "people_of",
    "stage_keys",
    "stage_stock",
    "unread_alerts",
]
