"""The jobs of this room: tags, owners, and erasing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from psycopg2.sql import SQL, Composable

from leads.actions.bulk.kinds import Batch, BulkField, BulkKind, BulkRefused, Done, Json, is_of_job, register, same
from leads.actions.edit import assign_owner
from leads.actions.erasing import erase_leads
from leads.actions.tags import add_tag, remove_tag
from leads.entry import TAG_LIMIT, clean_text
from leads.models import Lead, LeadTag
from ma_platform.db import sql
from ma_platform.tenancy.models import User
from ma_platform.tenancy.permissions import Capability
from ma_platform.tenancy.queries import members

WORN = SQL("""EXISTS (SELECT FROM leads_leadtag AS worn
                        JOIN leads_tag AS tag ON tag.tenant_id = %(tenant_id)s AND tag.id = worn.tag_id
                       WHERE worn.tenant_id = %(tenant_id)s AND worn.lead_id = lead.id AND tag.name = %(bulk_tag)s)""")
NOT = SQL("NOT {}")


def _read_tag(said: Mapping[str, str]) -> Json:
    tag = clean_text(said.get("tag", ""))[:TAG_LIMIT]
    if not tag:
        raise BulkRefused(reason=_("Say which tag."))
    return {"tag": tag}


def _worn(batch: Batch) -> dict[int, datetime]:
    """Who wears the tag, and since when."""
    worn = LeadTag.objects.filter(lead_id__in=batch.lead_ids, tag__name=batch.params["tag"])
    return dict(worn.values_list("lead_id", "added_at"))


def _add_tag(batch: Batch) -> dict[int, Done]:
    worn = _worn(batch)
    fresh = [lead_id for lead_id in batch.lead_ids if lead_id not in worn]
    add_tag(fresh, batch.params["tag"], now=batch.now)
    return same(worn) | {lead_id: Done("changed", {"at": batch.now.isoformat()}) for lead_id in fresh}


def _remove_tag(batch: Batch) -> dict[int, Done]:
    worn = _worn(batch)
    remove_tag(sorted(worn), batch.params["tag"], now=batch.now)
    return {lead_id: Done("changed", {"at": at.isoformat()}) for lead_id, at in worn.items()}


def _untag(batch: Batch) -> Collection[int]:
    """Those who wear it since the job: who had it taken off and put on anew keeps it."""
    ours = [lead_id for lead_id, at in _worn(batch).items() if is_of_job(batch.befores[lead_id], at)]
    remove_tag(sorted(ours), batch.params["tag"], now=batch.now)
    return ours


def _retag(batch: Batch) -> Collection[int]:
    """Those who do not wear it again, since when they wore it."""
    worn = _worn(batch)
    bare = [lead_id for lead_id in batch.lead_ids if lead_id not in worn]
    add_tag(bare, batch.params["tag"], now=batch.now)
    times = [batch.befores[lead_id].get("at") for lead_id in bare]
    sql.run(WORN_SINCE, tag=batch.params["tag"], lead_ids=bare, times=times)
    return bare


WORN_SINCE = """
    UPDATE leads_leadtag AS worn SET added_at = coalesce(was.at, worn.added_at)
      FROM unnest(%(lead_ids)s::bigint[], %(times)s::timestamptz[]) AS was(lead_id, at)
      JOIN leads_tag AS tag ON tag.tenant_id = %(tenant_id)s AND tag.name = %(tag)s
     WHERE worn.tenant_id = %(tenant_id)s AND worn.tag_id = tag.id AND worn.lead_id = was.lead_id
"""


def _tag_sql(params: Json, shape: Composable) -> tuple[Composable, Json]:
    return shape, {"bulk_tag": params["tag"]}


TAG_FIELD = BulkField("tag", gettext_lazy("Tag"))
register(
    BulkKind(
        key="add_tag",
        label=gettext_lazy("Add a tag"),
        capability=Capability.EDIT_LEADS,
        fields=lambda: [TAG_FIELD],
        read=_read_tag,
        told=lambda params: _("Add the tag “%(tag)s”") % params,
        unchanged=lambda params: _tag_sql(params, WORN),
        apply=_add_tag,
        undo=_untag,
        order=10,
    )
)
register(
    BulkKind(
        key="remove_tag",
        label=gettext_lazy("Remove a tag"),
        capability=Capability.EDIT_LEADS,
        fields=lambda: [TAG_FIELD],
        read=_read_tag,
        told=lambda params: _("Remove the tag “%(tag)s”") % params,
        unchanged=lambda params: _tag_sql(params, NOT.format(WORN)),
        apply=_remove_tag,
        undo=_retag,
        order=20,
    )
)


def _owner_fields() -> list[BulkField]:
    choices = [("", _("Nobody")), *((one.user.email, str(one.user)) for one in members())]
    return [BulkField("owner", gettext_lazy("Lead owner"), choices, required=False)]


def _member(email: str) -> User | None:
    """The member of this address; None for nobody. Raises BulkRefused."""
    if not email:
        return None
    found = members().filter(user__email=email).first()
    if found is None:
        raise BulkRefused(reason=_("This person is not a member."))
    return found.user


def _read_owner(said: Mapping[str, str]) -> Json:
    member = _member(said.get("owner", "").strip().casefold())
    return {"owner": member.email if member else "", "name": str(member) if member else ""}


def _owners(batch: Batch) -> dict[int, str]:
    found = Lead.objects.filter(pk__in=batch.lead_ids).values_list("pk", "owner__email")
    return {lead_id: email or "" for lead_id, email in found}


def _set_owner(batch: Batch) -> dict[int, Done]:
    member, owners = _member(batch.params["owner"]), _owners(batch)
    moving = [lead_id for lead_id, email in owners.items() if email != batch.params["owner"]]
    assign_owner(moving, member, by=batch.by, now=batch.now)
    return {lead_id: Done("changed", {"owner": owners[lead_id]}) for lead_id in moving}


def _give_back(batch: Batch) -> Collection[int]:
    """To whom they belonged, by former owner; somebody who left the workspace does not come back."""
    present = {one.user.email: one.user for one in members()}
    owners, former = _owners(batch), dict[str, list[int]]()
    for lead_id, before in batch.befores.items():
        if owners.get(lead_id) == batch.params["owner"] and (before["owner"] in present or not before["owner"]):
            former.setdefault(before["owner"], []).append(lead_id)
    for email, lead_ids in sorted(former.items()):
        assign_owner(lead_ids, present.get(email), by=batch.by, now=batch.now)
    return {lead_id for lead_ids in former.values() for lead_id in lead_ids}


def _owned(params: Json) -> tuple[Composable, Json]:
    member = _member(params["owner"])
    return SQL("lead.owner_id IS NOT DISTINCT FROM %(bulk_owner)s::bigint"), {
        "bulk_owner": member.pk if member else None
    }


register(
    BulkKind(
        key="set_owner",
        label=gettext_lazy("Change the owner"),
        capability=Capability.EDIT_LEADS,
        fields=_owner_fields,
        read=_read_owner,
        told=lambda params: _("Hand over to %(name)s") % params if params["owner"] else _("Take from their owner"),
        unchanged=_owned,
        apply=_set_owner,
        undo=_give_back,
        order=30,
    )
)


def _erase(batch: Batch) -> dict[int, Done]:
    """A deletion is a set too, and its locks reach far: hence the smaller chunks."""
    erase_leads(batch.lead_ids, by=batch.by, now=batch.now)
    return {lead_id: Done("changed") for lead_id in batch.lead_ids}


register(
    BulkKind(
        key="erase",
        label=gettext_lazy("Erase"),
        capability=Capability.DELETE_LEADS,
        read=lambda said: {},
        told=lambda params: _("Erase people and everything about them"),
        apply=_erase,
        chunk=500,
        typed=True,
        order=90,
    )
)
