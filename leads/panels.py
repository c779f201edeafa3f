"""What leads put into the shell."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, time
from typing import cast
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from leads.duplicates import reason_text
from leads.models import Lead
from leads.queries import LeadFilter, LeadRow, arrivals, list_leads
from leads.queries.arrivals import MOST
from leads.queries.companies import visits_of
from leads.queries.diary import my_todos
from leads.queries.exclusions import excluded
from leads.queries.left_out import left_out
from leads.queries.merges import merges_of
from leads.queries.naming import named, number_of
from leads.queries.saved_views import views_asking
from leads.queries.segments import find_segment, readers_of, segments_of, segments_reading, segments_without
from leads.queries.suggestions import suggestions
from leads.vocabulary import EXCLUSION_LABELS
from ma_platform import clock
from ma_platform.tenancy.models import User
from ma_platform.tenancy.permissions import Capability
from ma_platform.ui import slots
from ma_platform.ui.formats import number_up_to
from ma_platform.ui.navigation import NavItem, Section, register

register(
    NavItem(
        key="leads",
        label=_("Leads"),
        icon="users",
        url_name="leads:list",
        section=Section.PEOPLE,
        order=10,
        capability=Capability.VIEW_LEADS,
    )
)
register(
    NavItem(
        key="companies",
        label=_("Companies"),
        icon="building",
        url_name="leads:companies",
        section=Section.PEOPLE,
        order=20,
        capability=Capability.VIEW_LEADS,
    )
)

register(
    NavItem(
        key="exclusions",
        label=_("Exclusion list"),
        icon="shield",
        url_name="leads:exclusions",
        section=Section.PEOPLE,
        order=35,
        capability=Capability.VIEW_LEADS,
    )
)
register(
    NavItem(
        key="duplicates",
        label=_("Possible duplicates"),
        icon="copy",
        url_name="leads:duplicates",
        section=Section.PEOPLE,
        order=15,
        capability=Capability.VIEW_LEADS,
    )
)
register(
    NavItem(
        key="segments",
        label=_("Segments"),
        icon="segment",
        url_name="leads:segments",
        section=Section.PEOPLE,
        order=30,
        capability=Capability.VIEW_LEADS,
    )
)
register(
    NavItem(
        key="imports",
        label=_("Imports"),
        icon="upload",
        url_name="leads:imports",
        section=Section.PEOPLE,
        order=40,
        capability=Capability.IMPORT_LEADS,
    )
)
register(
    NavItem(
        key="exports",
        label=_("Exports"),
        icon="download",
        url_name="leads:exports",
        section=Section.PEOPLE,
        order=45,
        capability=Capability.EXPORT_LEADS,
    )
)
register(
    NavItem(
        key="titles",
        label=_("Unknown titles"),
        icon="tag",
        url_name="leads:titles",
        section=Section.SETTINGS,
        order=41,
        capability=Capability.DESIGN_LEADS,
    )
)
register(
    NavItem(
        key="fields",
        label=_("Fields"),
        icon="list",
        url_name="leads:attributes",
        section=Section.SETTINGS,
        order=40,
        capability=Capability.DESIGN_LEADS,
    )
)
slots.PEOPLE.fill(order=10)(named)
slots.PERSON.fill(order=10)(number_of)


@slots.LEAD_PANELS.fill(order=60, capability=Capability.VIEW_LEADS)
def segments_panel(request: HttpRequest, lead: Lead) -> slots.Panel | None:
    """The segments the person is in, and for those who may edit, others to put them into; else nothing when in none."""
    stays = segments_of(lead.pk)
    may_put = Capability.EDIT_LEADS in getattr(request, "can", ())
    others = segments_without({stay.public_id for stay in stays}) if may_put else []
    context = {"stays": stays, "lead": lead, "others": others}
    href = reverse("leads:segments")
    panel = slots.Panel(title=_("Segments"), template="leads/segments/_lead_panel.html", context=context, href=href)
    return panel if stays or others else None


@slots.COMPANY_COLUMNS.fill(order=10, capability=Capability.VIEW_LEADS)
def visits_column() -> slots.Column:
    return slots.Column(key="visits", label=_("Visits in 30 days"), load=_visits, numeric=True)


def _visits(company_ids: Sequence[int]) -> dict[int, slots.Cell]:
    came = {"event": "page_viewed", "within": {"days": 30}}
    found = visits_of(company_ids, now=clock.now())
    return {pk: slots.Cell(f"{count:,}", asks=came) for pk, count in found.items()}


@slots.LEAD_HEADER.fill(order=5, capability=Capability.VIEW_LEADS)
def excluded_badge(request: HttpRequest, lead: Lead) -> slots.Panel | None:
    """That the exclusion list leaves this person out, and why."""
    found = excluded([lead.pk]).get(lead.pk)
    if found is None:
        return None
    context = {"found": found, "reason": EXCLUSION_LABELS[found.reason]}
    return slots.Panel(title=_("Left out"), template="leads/_excluded.html", context=context)


@slots.LEAD_PANELS.fill(order=75, capability=Capability.VIEW_LEADS)
def same_person_panel(request: HttpRequest, lead: Lead) -> slots.Panel | None:
    """Who may be the same person; nothing when nobody is."""
    found = suggestions(lead_id=lead.pk)[:3]
    rows = [
        {
            "lead": one.other if one.one_id == lead.pk else one.one,
            "reasons": reason_text(one.reasons),
            "confidence": one.confidence,
        }
        for one in found
    ]
    context = {"rows": rows, "lead": lead, "may_edit": Capability.EDIT_LEADS in getattr(request, "can", ())}
    return (
        slots.Panel(title=_("Possibly the same person"), template="leads/_same_person.html", context=context)
        if rows
        else None
    )


@slots.LEAD_PANELS.fill(order=72, capability=Capability.VIEW_LEADS)
def joined_panel(request: HttpRequest, lead: Lead) -> slots.Panel | None:
    """Who stands aside for this person, and how to part them again; nothing when nobody does."""
    merges = list(merges_of(lead)[:20])
    may_edit = Capability.EDIT_LEADS in getattr(request, "can", ())
    context = {"merges": merges, "lead": lead, "may_edit": may_edit}
    return slots.Panel(title=_("Joined with"), template="leads/_joined.html", context=context) if merges else None


@slots.HOME_PANELS.fill(order=16, capability=Capability.VIEW_LEADS)
def new_leads_panel(request: HttpRequest, now: datetime) -> slots.Panel:
    """Who is new: today, this week against the one before, and the newest six."""
    today = timezone.localdate(now)
    midnight = timezone.make_aware(datetime.combine(today, time.min))
    found, people = arrivals(now=now, midnight=midnight), reverse("leads:list")
    growth, counted = found.growth, "&excluded=no" if found.left_out else ""
    context = {
        "found": found,
        "today": number_up_to(MOST, found.today),
        "week": number_up_to(MOST, found.week),
        "week_before": number_up_to(MOST, found.week_before),
        "growth": "" if growth is None else f"{growth:+.0%}",
        "tone": "neutral" if not growth else "success" if growth > 0 else "danger",
        "today_href": f"{people}?created={today.isoformat()}{counted}",
        "week_href": f"{people}?created=7d{counted}",
        "rows": _newest(6),
    }
    href = f"{people}?sort=-created"
    return slots.Panel(title=_("New leads"), template="leads/_home_new.html", context=context, href=href)


def _newest(count: int) -> list[LeadRow]:
    """The newest people who count; of twice as many looked at, so that a few on the exclusion list take no place."""
    rows = list_leads(LeadFilter(sort="-created", limit=2 * count))
    away = left_out([row.id for row in rows])
    return [row for row in rows if row.id not in away][:count]


@slots.HOME_PANELS.fill(order=12, capability=Capability.VIEW_LEADS)
def my_todos_panel(request: HttpRequest, now: datetime) -> slots.Panel | None:
    """What this member is to do, soonest due first; nothing when there is nothing."""
    rows = my_todos(cast("User", request.user), limit=8)
    if not rows:
        return None
    may_edit = Capability.EDIT_LEADS in getattr(request, "can", frozenset())
    context = {"rows": rows, "today": timezone.localdate(now), "may_edit": may_edit}
    return slots.Panel(title=_("My to-dos"), template="leads/_home_todos.html", context=context)


@slots.EVENT_USES.fill(order=10, capability=Capability.VIEW_LEADS)
def segments_asking(names: Mapping[int, str]) -> dict[int, list[slots.Use]]:
    """Segments whose condition asks about these events."""
    found: dict[int, list[slots.Use]] = defaultdict(list)
    for public_id, name, numbers in segments_reading():
        for number in names.keys() & set(numbers):
            found[number].append(slots.Use(_("Segment"), name, reverse("leads:segment", args=[public_id])))
    return found


@slots.SEGMENT_USES.fill(order=10, capability=Capability.VIEW_LEADS)
def segments_and_views_asking(public_id: str) -> list[slots.Use]:
    """Segments and shared views whose condition asks about the segment."""
    segment = find_segment(public_id)
    readers = readers_of(segment) if segment else []
    views = [
        slots.Use(_("View"), one.name, f"{reverse('leads:list')}?{urlencode({'view': one.public_id})}")
        for one in views_asking(public_id)
    ]
    return [
        *(slots.Use(_("Segment"), one.name, reverse("leads:segment", args=[one.public_id])) for one in readers),
        *views,
    ]
