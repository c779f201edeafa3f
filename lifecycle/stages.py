"""The stages every workspace starts with, and which of them a rule may leave. Pure."""

from __future__ import annotations

from dataclasses import dataclass

MARKETING, INSIDE_SALES, SALES = "marketing", "inside_sales", "sales"
DEPARTMENTS = (MARKETING, INSIDE_SALES, SALES)

INQUIRY, NURTURING, MQL, SAL, SQL = "inquiry", "nurturing", "mql", "sal", "sql"
OPPORTUNITY, CUSTOMER = "opportunity", "customer"
RECYCLED, LOST, DISQUALIFIED, DORMANT = "recycled", "lost", "disqualified", "dormant"
NOWHERE = ""  # a lead that has never stood anywhere


@dataclass(frozen=True)
class DefaultStage:
    """`sla_hours` only for the kind "sla": the owner department should move the lead on within them."""

    key: str
    name_ja: str
    name_en: str
    kind: str
    department: str
    sla_hours: int | None = None
    side: bool = False


DEFAULTS = (
    DefaultStage(INQUIRY, "獲得", "Inquiry", "gate", MARKETING),
    DefaultStage(NURTURING, "育成", "Nurturing", "inventory", MARKETING),
    DefaultStage(MQL, "MQL", "MQL", "sla", INSIDE_SALES, sla_hours=24),
    DefaultStage(SAL, "SAL", "SAL", "sla", INSIDE_SALES, sla_hours=72),
    DefaultStage(SQL, "SQL", "SQL", "sla", SALES, sla_hours=120),
    DefaultStage(OPPORTUNITY, "商談", "Opportunity", "inventory", SALES),
    DefaultStage(CUSTOMER, "受注", "Customer", "inventory", SALES),
    DefaultStage(RECYCLED, "差し戻し", "Recycled", "inventory", MARKETING, side=True),
    DefaultStage(LOST, "失注", "Lost", "inventory", SALES, side=True),
    DefaultStage(DISQUALIFIED, "対象外", "Disqualified", "inventory", MARKETING, side=True),
    DefaultStage(DORMANT, "休眠", "Dormant", "inventory", MARKETING, side=True),
)


@dataclass(frozen=True)
class Rule:
    """An automatic move: to `to`, but only for leads that stand in one of `leaves`."""

    key: str
    to: str
    leaves: tuple[str, ...]


ARRIVAL = Rule("lead_created", INQUIRY, (NOWHERE,))
FIRST_CONTACT = Rule("first_contact", NURTURING, (NOWHERE, INQUIRY))
HOT = Rule("became_hot", MQL, (NOWHERE, INQUIRY, NURTURING, RECYCLED, LOST, DORMANT))
DEAL_OPENED = Rule(
    "deal_opened", OPPORTUNITY, (NOWHERE, INQUIRY, NURTURING, MQL, SAL, SQL, RECYCLED, LOST, DORMANT, CUSTOMER)
)
DEAL_WON = Rule("deal_won", CUSTOMER, (*DEAL_OPENED.leaves, OPPORTUNITY, DISQUALIFIED))
DEAL_LOST = Rule("deal_lost", RECYCLED, (NOWHERE, INQUIRY, NURTURING, MQL, SAL, SQL, OPPORTUNITY))
