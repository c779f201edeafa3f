"""`/exclusions`: the list of those marketing leaves alone."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import Http404
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from leads.actions.exclusions import (
    NOTE_LIMIT,
    TEXT_LIMIT,
    NewExclusion,
    NotExcludable,
    add_exclusion,
    find_listed,
    remove_exclusion,
)
from leads.models import Exclusion
from leads.queries.exclusions import exclusions_page, find_exclusion, people_per_line
from ma_platform import clock
from ma_platform.api.pages import cursor_of, cursor_page, moment_of, page_size
from ma_platform.api.serializers import StrictSerializer
from ma_platform.api.views import ApiView
from ma_platform.tenancy.permissions import Capability


class ExclusionShape(StrictSerializer):
    """A line: `kind` domain, company, title (part of one) or network (an address or a CIDR), and why it is there."""

    kind = serializers.ChoiceField(choices=Exclusion.Kind.choices)
    text = serializers.CharField(max_length=TEXT_LIMIT)
    reason = serializers.ChoiceField(choices=Exclusion.Reason.choices)
    note = serializers.CharField(required=False, max_length=NOTE_LIMIT, allow_blank=True, default="")


class Exclusions(ApiView):
    """The list, newest first; POST puts a line on it: 201, or 200 with the line that says the same already."""

    capabilities = {"GET": Capability.VIEW_LEADS, "POST": Capability.EDIT_LEADS}

    def get(self, request: Request) -> Response:
        size, after = page_size(request), moment_of(cursor_of(request))
        rows = exclusions_page(kind=request.query_params.get("kind", ""), after=after, limit=size + 1)
        return cursor_page(request, rows, size=size, position=lambda row: [row.added_at, row.pk], show=_show)

    def post(self, request: Request) -> Response:
        shape = ExclusionShape(data=request.data)
        shape.is_valid(raise_exception=True)
        said = NewExclusion(**shape.validated_data)
        try:
            listed = find_listed(said)
            line = listed or add_exclusion(said, by=self.key, now=clock.now())
        except NotExcludable as refused:
            raise ValidationError({"text": [str(refused.said)]}) from refused
        return Response(_show([line])[0], status=200 if listed else 201)


class OneExclusion(ApiView):
    """One line; DELETE takes it off, and the people it left out are judged again."""

    capabilities = {"GET": Capability.VIEW_LEADS, "DELETE": Capability.EDIT_LEADS}

    def get(self, request: Request, exclusion_id: str) -> Response:
        return Response(_show([_found(exclusion_id)])[0])

    def delete(self, request: Request, exclusion_id: str) -> Response:
        remove_exclusion(_found(exclusion_id), by=self.key, now=clock.now())
        return Response(status=204)


def _found(public_id: str) -> Exclusion:
    line = find_exclusion(public_id)
    if line is None:
        raise Http404
    return line


def _show(lines: Sequence[Exclusion]) -> list[dict[str, object]]:
    people = people_per_line()
    return [
        {
            "id": line.public_id,
            "kind": line.kind,
            "text": line.text,
            "reason": line.reason,
            "note": line.note,
            "leads": people.get(line.pk, 0),
            "added_at": line.added_at,
        }
        for line in lines
    ]
