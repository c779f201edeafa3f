"""What mailing shows on shared pages: the rail, the lead page, the health page."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from leads.models import Lead
from ma_platform.tenancy.permissions import Capability
from ma_platform.ui import navigation, slots
from mailing import presentation
from mailing.models import Email, Message, State
from mailing.queries import messages_of_lead

OVERDUE = timedelta(minutes=1)

navigation.register(
    navigation.NavItem(
        key="mails",
        label=_("Mails"),
        icon="mail",
        url_name="mailing:list",
        section=navigation.Section.REACH,
        order=10,
        capability=Capability.VIEW_MAIL,
        also_under=("/mails/", "/mailbox/"),
    )
)


@slots.LEAD_PANELS.fill(order=50, capability=Capability.VIEW_MAIL)
def lead_mails(request: HttpRequest, lead: Lead) -> slots.Panel:
    rows = [presentation.message_line(row) for row in messages_of_lead(lead.pk)]
    return slots.Panel(title=_("Mails"), template="mailing/_lead_panel.html", context={"rows": rows})


@slots.CHECKLIST.fill(order=40, capability=Capability.EDIT_MAIL)
def first_mail(now: datetime) -> slots.Step:

    return slots.Step(
        key="mail", title=_("Write your first mail"), done=Email.objects.exists(), url=reverse("mailing:new")
    )


@slots.HEALTH_ROWS.fill(order=40)
def queue_row(now: datetime) -> slots.HealthRow:
    late = Message.objects.filter(state=State.QUEUED, due_at__lt=now - OVERDUE).count()
    return slots.HealthRow(
        key="mail_queue", title=_("Mails waiting over a minute"), state="warn" if late else "ok", value=str(late)
    )
