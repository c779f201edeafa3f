"""Files of deals, as an SFA exports them: one row a deal, found by its number there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from leads.actions.imports import ImportField, ImportKind, Order, Outcome, Row, read_moment, register
from leads.catalogue import find_address
from leads.models import Lead
from lifecycle.actions.deal_states import states
from lifecycle.actions.deal_undo import remembered, take_turns, withdraw
from lifecycle.actions.deals import DealInput, state_deals
from lifecycle.models import Deal
from ma_platform.tenancy.permissions import Capability

FIELDS = (
    (
        "external_id",
        _("Deal's number in the SFA"),
        ("商談ID", "案件ID", "商談番号", "deal id", "opportunity id", "Record ID"),
    ),
    ("name", _("Deal name"), ("商談名", "案件名", "deal name", "opportunity name", "取引名", "name")),
    (
        "lead_email",
        _("Person's e-mail address"),
        ("メールアドレス", "担当者メール", "email", "contact email", "取引先責任者メール"),
    ),
    ("company", _("Company"), ("会社名", "取引先名", "account name", "company", "company name")),
    ("amount", _("Amount"), ("金額", "受注金額", "amount", "見込金額", "商談金額")),
    ("currency", _("Currency"), ("通貨", "currency")),
    ("stage", _("Stage in the SFA"), ("フェーズ", "ステージ", "stage", "deal stage", "商談フェーズ")),
    ("status", _("Won or lost"), ("状態", "ステータス", "結果", "status", "is won", "受注/失注")),
    ("lost_reason", _("Why it was lost"), ("失注理由", "lost reason", "closed lost reason")),
    ("closed_at", _("Closed on"), ("完了予定日", "受注日", "完了日", "close date", "closed at", "成約日")),
    ("products", _("Products"), ("製品", "商品", "products", "product", "商材")),
)
_STATUSES = {
    "won": ("won", "受注", "成約", "closed won", "closedwon", "true", "成立"),
    "lost": ("lost", "失注", "closed lost", "closedlost", "不成立", "見送り"),
    "open": ("open", "進行中", "商談中", "false", "未完了", ""),
}
STATUSES = {word: key for key, words in _STATUSES.items() for word in words}
TEXT_LIMIT = 300
MOST = Decimal("9999999999999999")


def fields() -> list[ImportField]:
    """Fields of a deal that a column can fill; a deal is told as a whole, so there is nothing to choose."""
    return [ImportField(key, label, words, ()) for key, label, words in FIELDS]


def same_deal(cells: Mapping[str, str]) -> str:
    return cells.get("external_id", "")


def write(rows: Sequence[Row], order: Order) -> list[Outcome]:
    """Make or change each deal; a row that says what is known already changes nothing."""
    if not order.dry:
        take_turns()
    people = _known(rows)
    present = {deal.external_id: deal for deal in _present(rows)}
    outcomes: list[Outcome] = []
    changed: list[tuple[Row, DealInput]] = []
    for row in rows:
        stated = _read(row.cells, people, order)
        if isinstance(stated, dict):
            outcomes.append(Outcome(row.number, "rejected", reasons=stated))
            continue
        known = present.get(stated.external_id)
        moved = _moved(known, stated)
        outcome = "created" if known is None else "updated" if moved else "same"
        subject = known.public_id if known else ""
        outcomes.append(Outcome(row.number, "duplicate" if row.repeated else outcome, subject, moved))
        changed += [(row, stated)] if known is None or moved else []
    if not order.dry and changed:
        _write(changed, outcomes, order)
    return sorted(outcomes, key=lambda outcome: outcome.number)


def _write(changed: Sequence[tuple[Row, DealInput]], outcomes: Sequence[Outcome], order: Order) -> None:
    named = {stated.external_id for _row, stated in changed}
    was = states(named)
    _made, caused = state_deals([stated for _row, stated in changed], now=order.now)
    left = states(named)
    first = {stated.external_id: row.number for row, stated in reversed(changed)}
    numbers = {row.number: stated.external_id for row, stated in changed}
    for outcome in outcomes:
        if (key := numbers.get(outcome.number)) is not None:
            outcome.subject = left[key].public_id
            if first[key] == outcome.number:
                outcome.before = remembered(was.get(key), left[key], caused, now=order.now)


def linked(subjects: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Deals that are still there, with their pages."""
    found = Deal.objects.filter(public_id__in=subjects).values_list("public_id", "name")
    return {public_id: (name, reverse("lifecycle:deal", args=[public_id])) for public_id, name in found}


def _known(rows: Sequence[Row]) -> set[str]:
    """Folded addresses of the people the rows name, of those who are known."""
    stated = {found.key for row in rows for text in _emails(row.cells) if (found := find_address(text))}
    return set(Lead.objects.filter(email_key__in=stated).values_list("email_key", flat=True))


def _emails(cells: Mapping[str, str]) -> list[str]:
    return cells.get("lead_email", "").replace(";", " ").replace(",", " ").split()


def _present(rows: Sequence[Row]) -> list[Deal]:
    numbers = {row.cells.get("external_id", "") for row in rows}
    return list(Deal.objects.filter(external_id__in=numbers).select_related("company"))


def _read(cells: Mapping[str, str], people: set[str], order: Order) -> DealInput | dict[str, str]:
    """The row as a deal, or {field: code} of what is wrong with it."""
    status = STATUSES.get(cells.get("status", "").casefold())
    amount, closed = _amount(cells.get("amount", "")), _closed(cells.get("closed_at", ""), order)
    currency = (cells.get("currency") or "JPY").upper()
    keys = [found.key if (found := find_address(text)) else text for text in _emails(cells)]
    checks = {
        "external_id": "" if cells.get("external_id") else "number_missing",
        "lead_email": "" if all(key in people for key in keys) else "unknown_lead",
        "status": "" if status else "unknown_status",
        "amount": amount if isinstance(amount, str) else "",
        "closed_at": closed if isinstance(closed, str) else "",
        "currency": "" if currency in Deal.CURRENCIES else "unknown_currency",
        "name": "too_long" if any(len(text) > TEXT_LIMIT for text in cells.values()) else "",
    }
    if wrong := {name: code for name, code in checks.items() if code}:
        return wrong
    texts: dict[str, Any] = {
        name: cells[name] for name in ("name", "company", "stage", "lost_reason") if cells.get(name)
    }
    products = [word.strip() for word in cells.get("products", "").split(";") if word.strip()]
    return DealInput(
        external_id=cells["external_id"],
        lead_emails=keys or None,
        amount=amount if isinstance(amount, Decimal) else None,
        currency=currency if cells.get("currency") else None,
        status=status if "status" in cells else None,
        closed_at=closed if isinstance(closed, datetime) else None,
        products=products or None,
        **texts,
    )


def _amount(text: str) -> Decimal | str | None:
    plain = text.strip().strip("¥￥$€円").replace(",", "").replace(" ", "")
    if not plain:
        return None
    try:
        amount = Decimal(plain)
    except InvalidOperation:
        return "not_a_number"
    return amount.quantize(Decimal("0.01")) if amount.is_finite() and abs(amount) <= MOST else "not_a_number"


def _closed(text: str, order: Order) -> datetime | str | None:
    if not text:
        return None
    return read_moment(text, zone=order.zone) or "not_a_date"


def _moved(deal: Deal | None, stated: DealInput) -> tuple[str, ...]:
    """Fields of a known deal that the row says otherwise."""
    if deal is None:
        return ()
    told = {name: getattr(stated, name) for name in SAID if getattr(stated, name) is not None}
    moved = [name for name, value in told.items() if value != getattr(deal, name)]
    if stated.company is not None and stated.company != (deal.company.name if deal.company else None):
        moved.append("company")
    return tuple(moved)


SAID = ("name", "amount", "currency", "stage", "status", "lost_reason", "closed_at", "products")

register(
    ImportKind(
        key="deals",
        label=_("Deals"),
        capability=Capability.EDIT_DEALS,
        fields=fields,
        needs=(("external_id",),),
        same=same_deal,
        write=write,
        undo=withdraw,
        linked=linked,
        order=40,
    )
)
