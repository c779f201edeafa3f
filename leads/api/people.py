"""`/leads`: list, create, read, change, erase, upsert one or a thousand, and what they did."""

from collections.abc import Sequence
from datetime import datetime
from tempfile import TemporaryFile
from typing import Any
from zoneinfo import ZoneInfo

from django.http import FileResponse, Http404
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from conditions import Compiled, compile, parse
from leads.actions import (
    EntryRefused,
    LeadInput,
    LeadRefused,
    Upserted,
    create_lead,
    edit_lead,
    erase_lead,
    record_consent,
    tag_leads,
    upsert_lead,
    upsert_leads,
)
from leads.actions.consents import ConsentInput, tell_consent
from leads.actions.person_export import export_person
from leads.api.shapes import BulkShape, LeadShape, lead_input, refused, unseen
from leads.identity import find_address
from leads.models import Lead
from leads.queries import LeadFilter, LeadRow, find_lead, lead_json, list_leads
from leads.queries.sensitive import is_withheld
from leads.refusals import worded
from ma_platform import clock
from ma_platform.api.pages import cursor_of, cursor_page, page_size
from ma_platform.api.views import ApiView
from ma_platform.tenancy.permissions import Capability
from ma_platform.tenancy.reach import everybody
from ma_platform.tenancy.scope import current_tenant


class Leads(ApiView):
    """Everybody, last changed first; or a new person."""

    capabilities = {"GET": Capability.VIEW_LEADS, "POST": Capability.EDIT_LEADS}

    def get(self, request: Request) -> Response:
        size = page_size(request)
        rows = list_leads(_filter(request, cursor_of(request), size + 1))
        return cursor_page(request, rows, size=size, position=lambda row: row.position, show=_show)

    def post(self, request: Request) -> Response:
        said = _stated(request.data)
        try:
            lead = create_lead(said, by=self.key, now=clock.now(), source="api")
        except LeadRefused as error:
            raise refused(error) from error
        return _written(lead, said, status=201)


class OneLead(ApiView):
    """One person by public id."""

    capabilities = {
        "GET": Capability.VIEW_LEADS,
        "PATCH": Capability.EDIT_LEADS,
        "DELETE": Capability.DELETE_LEADS,
    }

    def get(self, request: Request, lead_id: str) -> Response:
        lead = _found(lead_id)
        return Response(lead_json([lead.pk])[lead.pk])

    def patch(self, request: Request, lead_id: str) -> Response:
        lead, said = _found(lead_id), _stated(request.data)
        try:
            edit_lead(lead, said, by=self.key, now=clock.now(), source="api")
        except LeadRefused as error:
            raise refused(error) from error
        return _written(lead, said, status=200)

    def delete(self, request: Request, lead_id: str) -> Response:
        erase_lead(_found(lead_id), by=self.key, now=clock.now())
        return Response(status=204)


class ExportLead(ApiView):
    """Everything kept about a person: a ZIP with `person.json` and a CSV for each list."""

    capabilities = {"GET": Capability.EXPORT_LEADS}

    def get(self, request: Request, lead_id: str) -> FileResponse:
        lead, held = _found(lead_id), TemporaryFile()  # noqa: SIM115 - the answer closes it
        export_person(lead, held, by=self.key, now=clock.now())
        held.seek(0)
        return FileResponse(held, as_attachment=True, filename=f"{lead.public_id}.zip")


class UpsertLead(ApiView):
    """Find by e-mail or external id, else make; 201 when made."""

    capabilities = {"POST": Capability.EDIT_LEADS}

    def post(self, request: Request) -> Response:
        try:
            result = upsert_lead(_stated(request.data), by=self.key, now=clock.now(), source="api")
        except EntryRefused as error:
            raise refused(error) from error
        assert result.lead_id is not None
        with everybody():
            return Response(lead_json([result.lead_id])[result.lead_id], status=201 if result.created else 200)


class BulkUpsert(ApiView):
    """Up to a thousand upserts; every row gets its own result."""

    capabilities = {"POST": Capability.EDIT_LEADS}

    def post(self, request: Request) -> Response:
        shape = BulkShape(data=request.data)
        shape.is_valid(raise_exception=True)
        read = [_row(stated) for stated in shape.validated_data["leads"]]
        good = [said for said in read if isinstance(said, LeadInput)]
        done = iter(
            upsert_leads(good, by=self.key, now=clock.now(), policy=shape.validated_data["policy"], source="api")
        )
        results = [_result(next(done)) if isinstance(said, LeadInput) else {"errors": said} for said in read]
        return Response({"results": [{"row": row, **result} for row, result in enumerate(results)]})


def _written(lead: Lead, said: LeadInput, *, status: int) -> Response:
    """The person as written just now, who may have been handed to somebody out of reach with it."""
    with everybody():
        _extras(lead, said)
        return Response(lead_json([lead.pk])[lead.pk], status=status)


def _found(public_id: str) -> Lead:
    lead = find_lead(public_id)
    if lead is None:
        raise Http404
    return lead


def _stated(data: object) -> LeadInput:
    shape = LeadShape(data=data)
    shape.is_valid(raise_exception=True)
    if hidden := unseen(shape.validated_data):
        raise ValidationError(hidden)
    return lead_input(shape.validated_data)


def _row(data: object) -> LeadInput | dict[str, Any]:  # Any: serializer errors
    shape = LeadShape(data=data)
    if not shape.is_valid():
        return dict(shape.errors)
    return unseen(shape.validated_data) or lead_input(shape.validated_data)


def _result(done: Upserted) -> dict[str, object]:
    if done.errors:
        return {"errors": {name: [text] for name, text in worded(done.errors).items()}}
    return {"id": done.public_id, "created": done.created, "changed": list(done.changed)}


def _extras(lead: Lead, said: LeadInput) -> None:
    now = clock.now()
    tag_leads([(lead.pk, tag) for tag in said.tags], now=now)
    lines = [ConsentInput(lead.pk, line.topic, line.state, line.basis, line.evidence) for line in said.consents]
    if record_consent(lines, now=now):
        tell_consent([lead.pk], source="api", now=now)


def _show(rows: Sequence[LeadRow]) -> list[dict[str, object]]:
    shown = lead_json([row.id for row in rows])
    return [shown[row.id] for row in rows if row.id in shown]


def _filter(request: Request, after: list[Any] | None, limit: int) -> LeadFilter:  # Any: a decoded cursor
    asked = request.query_params
    if "email" in asked and is_withheld("email"):
        raise PermissionDenied
    email = find_address(asked["email"]) if "email" in asked else None
    return LeadFilter(
        q=asked.get("q", ""),
        condition=_condition(request),
        email_key=(email.key if email else "") if "email" in asked else None,
        external_id=asked.get("external_id"),
        updated_since=_moment(asked["updated_since"]) if "updated_since" in asked else None,
        sort="-updated",
        after=after,
        limit=limit,
    )


def _condition(request: Request) -> Compiled | None:
    asked = request.query_params
    tests: list[dict[str, object]] = []
    if "stage" in asked:
        tests.append({"field": "lead.stage", "op": "eq", "value": asked["stage"]})
    if "segment" in asked:
        tests.append({"segment": asked["segment"]})
    if not tests:
        return None
    zone = ZoneInfo(current_tenant().timezone)
    return compile(parse({"all": tests}), now=clock.now(), tz=zone)


def _moment(text: str) -> datetime:
    try:
        return clock.instant(text)
    except (ValueError, OverflowError) as error:
        raise ValidationError({"updated_since": ["A time with its zone, as in 2026-11-22T05:00:00Z."]}) from error
