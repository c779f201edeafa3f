"""What strangers get to know of a form: its questions, and what follows when it is sent."""

from datetime import datetime
from typing import Any

from capture.document import Field, FormDocument, parse_form, say
from capture.models import Asset, Form, FormVersion, Submission
from capture.tokens import Download, download_token, shown_token
from ma_platform.tenancy.scope import current_tenant

HONEYPOT = "company_url_confirm"
Json = dict[str, Any]  # Any: JSON


def find_open_form(public_id: str) -> tuple[Form, FormDocument] | None:
    """A published form with its live document; None for one that is closed or not here."""
    form: Form | None = Form.objects.filter(public_id=public_id, published_at__isnull=False).first()
    if form is None:
        return None
    return form, parse_form(FormVersion.objects.get(form=form, no=form.version).document)


def lead_of(submission_id: str) -> int | None:
    """Who sent a submission; None while nobody is known."""
    found: int | None = Submission.objects.filter(public_id=submission_id).values_list("lead_id", flat=True).first()
    return found


def form_definition(form: Form, document: FormDocument, *, locale: str, now: datetime) -> Json:
    """The JSON the embed draws from; every showing gets its own token."""
    return {
        "form": form.public_id,
        "token": shown_token(form.public_id, now=now),
        "version": form.version,
        "locale": locale,
        "fields": [field_json(field, locale) for field in document.fields],
        "consents": [
            {"topic": line.topic, "text": say(line.text, locale), "required": line.required}
            for line in document.consents
        ],
        "submit_label": say(document.submit_label, locale),
        "messages": {},
        "honeypot": HONEYPOT,
    }


def field_json(field: Field, locale: str) -> Json:
    """One question as it is shown."""
    return {
        "key": field.key,
        "type": field.kind,
        "label": say(field.label, locale),
        "required": field.required,
        "help": say(field.help, locale),
        "placeholder": say(field.placeholder, locale),
        "multiline": field.multiline,
        "choices": [{"value": choice.value, "label": say(choice.label, locale)} for choice in field.choices],
        "default": field.default,
    }


def thanks(submission: Submission, document: FormDocument, *, locale: str, now: datetime) -> Json:
    """What follows: {"message"} | {"redirect"} | {"asset": {"url", "name"}}. A file only for a clean answer.

    A quarantined answer gets a message that does not tell it apart.
    """
    after = document.after
    if after.message:
        return {"message": say(after.message, locale)}
    if after.redirect:
        return {"redirect": after.redirect}
    clean = submission.verdict == Submission.Verdict.CLEAN or submission.released_at is not None
    asset: Asset | None = Asset.objects.filter(public_id=after.asset).first() if clean else None
    if asset is None:
        return {"message": ""}
    download = Download(current_tenant().code, asset.public_id, submission.public_id)
    return {"asset": {"url": f"/d/{download_token(download, now=now)}", "name": asset.name}}
