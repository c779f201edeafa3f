"""`/emails`: the document a marketer edits, as JSON; preview, lint and test of what was saved."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from leads.queries import find_lead
from ma_platform import clock
from ma_platform.api.pages import cursor_page, number_of, page_size
from ma_platform.api.serializers import StrictSerializer
from ma_platform.api.views import ApiView
from ma_platform.errors import NotFound, Refused
from ma_platform.tenancy import veil
from ma_platform.tenancy.permissions import Capability
from ma_platform.tenancy.queries import members
from mailing.actions import create_email, save_email, send_test
from mailing.models import Email
from mailing.queries import counts_by_email, document_of, get_email, list_emails
from mailing.queries.preview import Preview, preview


class PreviewShape(StrictSerializer):
    """Whose eyes to look through; without a lead, a sample person's."""

    lead = serializers.CharField(required=False, max_length=64)


class TestShape(StrictSerializer):
    """Where a test goes: a member of the workspace, nobody else."""

    to = serializers.EmailField(max_length=254)
    lead = serializers.CharField(required=False, max_length=64)


class Emails(ApiView):
    """Mails, newest first; or a new one from a document."""

    capabilities = {"GET": Capability.VIEW_MAIL, "POST": Capability.EDIT_MAIL}

    def get(self, request: Request) -> Response:
        size, before, q = page_size(request), number_of(request), request.query_params.get("q", "")
        rows = list_emails(after=None if before is None else [before], limit=size + 1, q=q)
        return cursor_page(request, rows, size=size, position=lambda email: [email.pk], show=_show)

    def post(self, request: Request) -> Response:
        email = create_email(_document(request), by=self.key, now=clock.now())
        return Response(_email_json(email), status=201)


class OneEmail(ApiView):
    """One mail with its document and numbers; PUT saves a new version."""

    capabilities = {"GET": Capability.VIEW_MAIL, "PUT": Capability.EDIT_MAIL}

    def get(self, request: Request, email_id: str) -> Response:
        return Response(_email_json(get_email(email_id)))

    def put(self, request: Request, email_id: str) -> Response:
        email = get_email(email_id)
        save_email(email, _document(request), by=self.key, now=clock.now())
        return Response(_email_json(email))


class EmailPreview(ApiView):
    """What one person would get: html, text, subject, warnings."""

    capabilities = {"POST": Capability.VIEW_MAIL}

    def post(self, request: Request, email_id: str) -> Response:
        shape = PreviewShape(data=request.data or {})
        shape.is_valid(raise_exception=True)
        shown = _preview(get_email(email_id), shape.validated_data.get("lead"))
        return Response({"subject": shown.subject, "html": shown.html, "text": shown.text, "warnings": shown.warnings})


class EmailLint(ApiView):
    """What readers or mail programs will stumble over."""

    capabilities = {"POST": Capability.VIEW_MAIL}

    def post(self, request: Request, email_id: str) -> Response:
        return Response({"warnings": _preview(get_email(email_id), None).warnings})


class EmailTest(ApiView):
    """Send a preview to a member of the workspace."""

    capabilities = {"POST": Capability.SEND_MAIL}

    def post(self, request: Request, email_id: str) -> Response:
        shape = TestShape(data=request.data)
        shape.is_valid(raise_exception=True)
        to = shape.validated_data["to"].lower()
        if not members().filter(user__email=to).exists():
            raise Refused(path="/to", reason="not a member of this workspace")
        send_test(_preview(get_email(email_id), shape.validated_data.get("lead")), to=to, by=self.key, now=clock.now())
        return Response({"queued": 1}, status=202)


def _document(request: Request) -> dict[str, Any]:
    if not isinstance(request.data, dict):
        raise Refused(path="/", reason="expected an object")
    return dict(request.data)


def _preview(email: Email, lead_id: str | None) -> Preview:
    with veil.reading():  # a test and a preview are POSTs, and show only what the key may see
        lead = find_lead(lead_id) if lead_id else None
        if lead_id and lead is None:
            raise NotFound(kind="lead")
        return preview(document_of(email), lead_id=lead.pk if lead else None)


def _show(emails: Any) -> list[dict[str, Any]]:
    counts = counts_by_email([email.pk for email in emails])
    return [{**_head(email), "counts": dict(counts[email.pk].states)} for email in emails]


def _head(email: Email) -> dict[str, Any]:
    return {
        "id": email.public_id,
        "name": email.name,
        "kind": email.kind,
        "topic": email.topic,
        "subject": email.subject,
        "version": email.version_no,
        "created_at": email.created_at,
        "updated_at": email.updated_at,
    }


def _email_json(email: Email) -> dict[str, Any]:
    counts = counts_by_email([email.pk])[email.pk]
    return {**_head(email), "document": document_of(email), "counts": dict(counts.states)}
