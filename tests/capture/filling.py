"""What the tests of forms share: a form, somebody who fills it in, and the passing of time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.test import Client

from capture.actions import create_form
from capture.models import Form
from capture.tokens import shown_token
from ma_platform import clock
from ma_platform.tenancy.models import Workspace
from ma_platform.tenancy.scope import tenant_scope

DOCUMENT: dict[str, Any] = {
    "v": 1,
    "name": "資料請求",
    "fields": [
        {"key": "email", "type": "email", "label": "メールアドレス", "required": True},
        {"key": "last_name", "type": "text", "label": "姓", "maps_to": "lead.last_name"},
        {"key": "company", "type": "text", "label": "会社名", "maps_to": "company.name"},
        {"key": "phone", "type": "phone", "label": "電話", "maps_to": "lead.phone"},
        {"key": "size", "type": "select", "label": "規模", "choices": ["小", {"value": "large", "label": "大"}]},
        {"key": "message", "type": "text", "label": "内容", "multiline": True},
        {"key": "campaign", "type": "hidden", "default": "spring", "maps_to": "lead.department"},
    ],
    "consents": [{"topic": "newsletter", "text": "案内を受け取ります", "required": False}],
    "after": {"message": "ありがとうございます"},
    "actions": [{"type": "add_tag", "tag": "資料請求"}],
}


def published(workspace: Workspace, **changes: Any) -> Form:
    with tenant_scope(workspace):
        return create_form({**DOCUMENT, **changes}, by=None, now=clock.now(), publish=True)


def token(form: Form, *, seconds_ago: float = 10) -> str:
    return shown_token(form.public_id, now=clock.now() - timedelta(seconds=seconds_ago))


def post(form: Form, fields: Mapping[str, object], *, client: Client | None = None, **body: Any) -> Any:
    """As the embed posts; a token ten seconds old unless given."""
    sent = {"token": token(form), "fields": dict(fields), **body}
    return (client or Client()).post(f"/f/{form.public_id}", sent, content_type="application/json")


def today() -> datetime:
    return clock.now()
