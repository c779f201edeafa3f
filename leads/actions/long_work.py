"""What takes too long for the page it is asked on: very many people under a line of the exclusion list, or in a company
that is deleted; two people with very many events made one. A worker does it, as a job whose page shows how far it is.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.actions.bulk import Batch, BulkKind, BulkRefused, Done, hand_over, register
from leads.actions.bulk.kinds import Json
from leads.actions.companies import Actor, say_updated
from leads.actions.company_ends import Ended, erase_company, going, leave
from leads.actions.left_out import judge_left_out
from leads.actions.merge import merge_leads
from leads.models import BulkJob, Company, Lead
from leads.queries.bulk import jobs_at_work
from ma_platform.tenancy.models import User
from ma_platform.tenancy.permissions import Capability
from ma_platform.tenancy.reach import everybody
from tracking.queries import events_of

MANY_PEOPLE = 5_000
MANY_EVENTS = 20_000
LAST = 500  # who leave a company together with its last chunk


def judge_exclusion(lead_ids: Sequence[int], text: str, *, by: Actor, now: datetime) -> BulkJob | None:
    """Judge those a line of the list touches: at once, or by a job where they are many."""
    if len(lead_ids) <= MANY_PEOPLE:
        _judge(lead_ids, now=now)
        return None
    return hand_over(JUDGING, {"text": text}, lead_ids, by=_member(by), now=now)


def _judge(lead_ids: Sequence[int], *, now: datetime) -> None:
    judge_left_out(lead_ids)
    say_updated(lead_ids, {"source": "exclusion", "fields": ["exclusion"]}, now=now)


def _apply_judging(batch: Batch) -> dict[int, Done]:
    _judge(batch.lead_ids, now=batch.now)
    return {lead_id: Done("changed") for lead_id in batch.lead_ids}


def merge_or_hand_over(
    keep: Lead, drop: Lead, *, take: Collection[str] = (), by: User, now: datetime
) -> BulkJob | None:
    """Join two people: at once, or by a job where they did very much. Raises MergeRefused when it is done at once."""
    if keep.pk == drop.pk or events_of([keep.pk, drop.pk]) <= MANY_EVENTS:
        merge_leads(keep, drop, take=take, by=by, now=now)
        return None
    params = {"keep": keep.public_id, "drop": drop.public_id, "take": sorted(take)}
    return hand_over(JOINING, params, [keep.pk, drop.pk], by=by, now=now)


def _apply_joining(batch: Batch) -> dict[int, Done]:
    """Both were locked; one who stands aside by now, or went, is not there any more."""
    both = {lead.public_id: lead for lead in Lead.objects.filter(pk__in=batch.lead_ids)}
    if len(both) < 2:
        raise BulkRefused(reason=_("One of them is not there any more, or was joined already."))
    keep, drop = both[batch.params["keep"]], both[batch.params["drop"]]
    merge_leads(keep, drop, take=batch.params["take"], by=batch.by, now=batch.now)
    return {lead_id: Done("changed") for lead_id in batch.lead_ids}


def erase_or_hand_over(company: Company, *, by: Actor, now: datetime) -> Ended | BulkJob:
    """Delete a company: at once, or by a job where it has very many people, the one that is at it already if there is.

    Raises NotFound and CompanyExcluded, as `company_ends.erase_company`.
    """
    family = going(company)
    with everybody():
        people = list(_people(family).order_by("pk").values_list("pk", flat=True))
    if len(people) <= MANY_PEOPLE:
        return erase_company(company, by=by, now=now)
    at_it = (job for job in jobs_at_work(ERASING.key) if job.params["company"] == company.public_id)
    params = {"company": company.public_id, "name": company.name, "people": len(people)}
    return next(at_it, None) or hand_over(ERASING, params, people, by=_member(by), now=now)


def _people(companies: Collection[int]) -> QuerySet[Lead]:
    return Lead.objects.filter(company_id__in=companies, merged_into=None)


def _apply_erasing(batch: Batch) -> dict[int, Done]:
    """Chunk by chunk people leave it, and with the last chunk it goes: whoever was added meanwhile, and rows that stand
    aside, leave it with them. One that was joined to another meanwhile stays, for that can be undone."""
    company = Company.objects.filter(public_id=batch.params["company"], merged_into=None).first()
    if company is None:
        return {lead_id: Done("changed") for lead_id in batch.lead_ids}
    family = [company.pk, *Company.objects.filter(merged_into=company).values_list("pk", flat=True)]
    theirs = list(_people(family).filter(pk__in=batch.lead_ids).values_list("pk", flat=True))
    if _people(family).exclude(pk__in=batch.lead_ids)[: LAST + 1].count() <= LAST:
        erase_company(company, by=batch.by, now=batch.now, people=batch.params["people"])
    else:
        leave(theirs, by=batch.by, now=batch.now)
    return {lead_id: Done("changed") for lead_id in theirs}


def _member(by: Actor) -> User | None:
    return by if isinstance(by, User) else None


def _never(_said: object) -> Json:
    raise BulkRefused(reason=_("Choose what to do."))


JUDGING = register(
    BulkKind(
        key="judge_exclusion",
        label=gettext_lazy("Judge again by the exclusion list"),
        capability=Capability.EDIT_LEADS,
        apply=_apply_judging,
        read=_never,
        told=lambda params: _("Judge again by the exclusion list: %(text)s") % params,
        chosen=False,
    )
)
ERASING = register(
    BulkKind(
        key="erase_company",
        label=gettext_lazy("Delete a company"),
        capability=Capability.DELETE_LEADS,
        apply=_apply_erasing,
        read=_never,
        told=lambda params: _("Delete the company “%(name)s”") % params,
        chosen=False,
    )
)
JOINING = register(
    BulkKind(
        key="merge",
        label=gettext_lazy("Make two people one"),
        capability=Capability.EDIT_LEADS,
        apply=_apply_joining,
        read=_never,
        told=lambda _params: _("Make two people one"),
        chosen=False,
    )
)
