"""`/leads/{id}/emails`: the mail addresses of a person."""

from __future__ import annotations

from django.http import Http404
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from leads.actions import LeadRefused
from leads.actions.addresses import add_address, drop_address, make_main
from leads.actions.identifiers import confidence
from leads.api.shapes import refused
from leads.identity import find_address
from leads.models import Lead
from leads.queries import find_lead
from leads.queries.addresses import further_addresses
from leads.queries.sensitive import is_withheld
from ma_platform import clock
from ma_platform.api.serializers import StrictSerializer
from ma_platform.api.views import ApiView
from ma_platform.tenancy.permissions import Capability


class AddressShape(StrictSerializer):
    """A mail address; `main` makes it the one to which mails go."""

    email = serializers.CharField(max_length=400)
    main = serializers.BooleanField(required=False, default=False)


class Emails(ApiView):
    """Every address a person is known by, the main one first; POST adds one or makes one the main one (201 when it is
    new), DELETE with `email` in the address takes a further one off."""

    capabilities = {"GET": Capability.VIEW_LEADS, "POST": Capability.EDIT_LEADS, "DELETE": Capability.EDIT_LEADS}

    def get(self, request: Request, lead_id: str) -> Response:
        return Response({"results": _shown(_found(lead_id)), "next": None})

    def post(self, request: Request, lead_id: str) -> Response:
        lead, shape, now = _found(lead_id), AddressShape(data=request.data), clock.now()
        shape.is_valid(raise_exception=True)
        said = shape.validated_data
        try:
            new = add_address(lead, said["email"], by=self.key, now=now, source="api")
            if said["main"] and not make_main(lead, said["email"], by=self.key, now=now, source="api"):
                _insist_main(lead_id, said["email"])
        except LeadRefused as error:
            raise refused(error) from error
        return Response({"results": _shown(_found(lead_id)), "next": None}, status=201 if new else 200)

    def delete(self, request: Request, lead_id: str) -> Response:
        lead, text = _found(lead_id), request.query_params.get("email", "")[:400]
        address = find_address(text)
        if address is not None and address.key == lead.email_key:
            raise ValidationError({"email": ["This is the main address. Make another one the main one first."]})
        if address is None or not drop_address(lead, text, by=self.key, now=clock.now(), source="api"):
            raise Http404
        return Response(status=204)


def _insist_main(lead_id: str, text: str) -> None:
    """It is the main one already, or else cannot become it."""
    address = find_address(text)
    if address is None or address.key != _found(lead_id).email_key:
        raise LeadRefused({"email": "came_with_another"})


def _found(public_id: str) -> Lead:
    if is_withheld("email"):
        raise PermissionDenied
    lead = find_lead(public_id)
    if lead is None:
        raise Http404
    return lead


def _shown(lead: Lead) -> list[dict[str, object]]:
    main = [{"email": lead.email, "main": True}] if lead.email else []
    return main + [
        {
            "email": one.email,
            "main": False,
            "source": one.source or None,
            "confidence": confidence(one.source),
            "added_at": one.added_at,
            "joined": None if one.movable else one.joined,
        }
        for one in further_addresses(lead)
    ]
