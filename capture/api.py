"""`/forms` and `/submissions`."""

from collections.abc import Sequence
from typing import Any

from django.http import Http404
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from capture.actions import create_form, save_form, set_published
from capture.models import Form
from capture.queries import (
    FormRow,
    SubmissionRow,
    find_form,
    find_submission,
    latest_document,
    list_forms,
    list_submissions,
)
from ma_platform import clock
from ma_platform.api.pages import cursor_of, cursor_page, page_size
from ma_platform.api.serializers import StrictSerializer
from ma_platform.api.views import ApiView
from ma_platform.tenancy.permissions import Capability


class FormShape(StrictSerializer):
    """A document, and whether strangers may send it."""

    document = serializers.DictField()
    published = serializers.BooleanField(required=False)


class Forms(ApiView):
    """Forms, last changed first; or a new one."""

    capabilities = {"GET": Capability.VIEW_FORMS, "POST": Capability.EDIT_FORMS}

    def get(self, request: Request) -> Response:
        size = page_size(request)
        rows = list_forms(now=clock.now(), after=cursor_of(request), limit=size + 1)
        return cursor_page(request, rows, size=size, position=lambda row: row.position, show=_lines)

    def post(self, request: Request) -> Response:
        stated = _stated(request)
        now, publish = clock.now(), stated.get("published", False)
        form = create_form(stated["document"], by=self.key, now=now, publish=publish)
        return Response(_form(form), status=201)


class OneForm(ApiView):
    """One form with its document."""

    capabilities = {"GET": Capability.VIEW_FORMS, "PUT": Capability.EDIT_FORMS}

    def get(self, request: Request, form_id: str) -> Response:
        return Response(_form(_found(form_id)))

    def put(self, request: Request, form_id: str) -> Response:
        form, stated, now = _found(form_id), _stated(request), clock.now()
        save_form(form, stated["document"], by=self.key, now=now)
        if "published" in stated:
            set_published(form, published=stated["published"], by=self.key, now=now)
        return Response(_form(_found(form_id)))


class Submissions(ApiView):
    """Answers, newest first; `form` and `verdict` narrow them."""

    capabilities = {"GET": Capability.VIEW_FORMS}

    def get(self, request: Request) -> Response:
        size, asked = page_size(request), request.query_params
        form = _found(asked["form"]) if "form" in asked else None
        verdict = asked.get("verdict", "")
        rows = list_submissions(form=form, verdict=verdict, after=cursor_of(request), limit=size + 1)
        return cursor_page(request, rows, size=size, position=lambda row: row.position, show=_show)


class OneSubmission(ApiView):
    """One answer."""

    capabilities = {"GET": Capability.VIEW_FORMS}

    def get(self, request: Request, submission_id: str) -> Response:
        submission = find_submission(submission_id)
        if submission is None:
            raise Http404
        return Response(_submission(SubmissionRow(submission)))


def _stated(request: Request) -> dict[str, Any]:  # Any: validated JSON
    shape = FormShape(data=request.data)
    shape.is_valid(raise_exception=True)
    return dict(shape.validated_data)


def _found(public_id: str) -> Form:
    form = find_form(public_id)
    if form is None:
        raise Http404
    return form


def _form(form: Form) -> dict[str, object]:
    return {
        "id": form.public_id,
        "name": form.name,
        "version": form.version,
        "published": form.published_at is not None,
        "document": latest_document(form),
        "updated_at": form.updated_at,
    }


def _lines(rows: Sequence[FormRow]) -> list[dict[str, object]]:
    return [
        {
            "id": row.public_id,
            "name": row.name,
            "version": row.version,
            "published": row.published_at is not None,
            "answers_30_days": row.month,
            "held": row.held,
            "updated_at": row.updated_at,
        }
        for row in rows
    ]


def _show(rows: Sequence[SubmissionRow]) -> list[dict[str, object]]:
    return [_submission(row) for row in rows]


def _submission(row: SubmissionRow) -> dict[str, object]:
    sent = row.submission
    return {
        "id": sent.public_id,
        "form": sent.form.public_id,
        "version": sent.version.no,
        "lead": sent.lead.public_id if sent.lead else None,
        "values": sent.values,
        "consents": sent.consents,
        "context": {name: sent.context.get(name) for name in ("url", "referrer", "utm")},
        "verdict": sent.verdict,
        "reasons": sent.reasons,
        "released_at": sent.released_at,
        "submitted_at": sent.submitted_at,
    }
