"""A valid body for every write of the table; `$name` stands for a value of the tenant who asks."""

from __future__ import annotations

import json
from typing import Any

from scoring.default_model import DEFAULT

Json = dict[str, Any]  # Any: JSON

SIGN_IN: Json = {"login": "nobody@example.com", "password": "wrong password"}
NEW_PASSWORD: Json = {"oldpassword": "x" * 12, "password1": "a better passphrase", "password2": "a better passphrase"}
JOIN: Json = {"name": "新人", "password": "a better passphrase"}
WORKSPACE: Json = {"name": "アクメ", "timezone": "Asia/Tokyo", "locale": "ja"}

CLOSURE: Json = {"name": "お盆", "starts_on": "2026-08-13", "ends_on": "2026-08-16", "yearly": "on"}
TOUCHPOINT_FORM: Json = {"kind": "call", "at": "2026-11-20T10:00", "note": "来週もう一度", "once": "1"}
ATTRIBUTE: Json = {"label": "契約月", "kind": "text", "key": "contract_month", "subject": "lead"}
ATTRIBUTE_EDIT: Json = {"label": "区分", "choice_key": "a", "choice_label": "甲", "choice_place": "1"}
CONDITION: Json = {"condition": {"field": "lead.email", "op": "is_set"}}
KNOWN_BROWSER: Json = {"field": "visitor.known", "op": "eq", "value": True}
SEGMENT: Json = {"name": "新しいセグメント", **CONDITION}
EXCLUSION: Json = {"kind": "domain", "text": "rival.example", "reason": "competitor", "note": "競合"}
SEGMENT_FORM: Json = {"name": "新しいセグメント", "condition": json.dumps(CONDITION["condition"])}
BULK: Json = {"kind": "add_tag", "tag": "x", "selection": '{"ids": ["$lead"]}'}
LEAD_FORM: Json = {"last_name": "鈴木", "email": "suzuki@example.com", "owner": "$member_email"}
LEAD: Json = {"email": "suzuki@example.com", "last_name": "鈴木", "owner": "$member_email"}
TOUCHPOINT: Json = {"lead": "$lead", "kind": "visit"}

DEAL_FORM: Json = {"name": "商談", "external_id": "SFA-1", "email": "$lead_email", "currency": "JPY"}
DEAL: Json = {"external_id": "SFA-1", "name": "商談", "leads": ["$lead"]}

WISHES: Json = {"pace": "hourly", "morning_at": "09:00", "gap_minutes": "60", "own_people": "on"}
HOURS: Json = {"on_hot": "on", "days": ["0", "1"], "opens": "09:00", "closes": "18:00"}
RULE: Json = {"name": "新しいルール", "whom": "team:$team", "condition": json.dumps(CONDITION["condition"])}
TEAM: Json = {"name": "新しいチーム", "when_closed": "wait"}

MAIL_FORM: Json = {
    "name": "案内",
    "kind": "marketing",
    "topic": "newsletter",
    "subject": "ご案内",
    "format": "html",
    "markup": "<p>本文</p>",
}
MAIL: Json = {"v": 1, "name": "案内", "topic": "newsletter", "subject": "ご案内", "body": {"html": "<p>本文</p>"}}

FLOW: Json = {
    "v": 1,
    "name": {"ja": "シナリオ", "en": "Scenario"},
    "trigger": {"type": "manual"},
    "start": "letter",
    "steps": {"letter": {"type": "send_email", "email": "$email", "next": "done"}, "done": {"type": "end"}},
}
FLOW_TEXT = json.dumps(FLOW)

SCORE: Json = DEFAULT
SCORE_TEXT = json.dumps(DEFAULT)

FORM: Json = {
    "v": 1,
    "name": "資料請求",
    "fields": [{"key": "email", "type": "email", "label": "メール", "required": True}],
    "consents": [],
    "after": {"asset": "$asset"},
}
FORM_EDITOR: Json = {"name": "資料請求", "after": "asset", "asset": "$asset", "fields": "0"}
FORM_POST: Json = {"token": "$shown_token", "fields": {"email": "visitor@example.com"}}
TRACKING: Json = {
    "consent_required": "on",
    "spa": "path",
    "ip_days": "30",
    **dict.fromkeys(
        (
            "page_viewed",
            "page_left",
            "link_clicked",
            "asset_downloaded",
            "form_viewed",
            "form_started",
            "email_opened",
            "email_clicked",
        ),
        "0",
    ),
}
NETWORK: Json = {
    "network": "198.51.100.0/24",
    "kind": "company",
    "company_name": "新商事",
    "company_domain": "new.example",
}
