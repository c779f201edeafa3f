"""The forms a new workspace begins with."""

from datetime import datetime

from capture.actions.forms import create_form
from capture.document import Json

CONSENT = {
    "topic": "newsletter",
    "text": {
        "ja": "製品やセミナーのご案内をメールで受け取ることに同意します。いつでも配信停止できます。",
        "en": "I agree to receive news about products and seminars by e-mail. I can stop them at any time.",
    },
    "required": False,
}


def _field(key: str, kind: str, label: tuple[str, str], maps_to: str, *, required: bool = False) -> dict[str, Json]:
    ja, en = label
    stated = {"key": key, "type": kind, "label": {"ja": ja, "en": en}, "required": required}
    return {**stated, "maps_to": maps_to} if maps_to else stated


EMAIL = _field("email", "email", ("メールアドレス", "E-mail"), "lead.email", required=True)
LAST = _field("last_name", "text", ("姓", "Family name"), "lead.last_name", required=True)
FIRST = _field("first_name", "text", ("名", "Given name"), "lead.first_name", required=True)
COMPANY = _field("company", "text", ("会社名", "Company"), "lead.company", required=True)
DEPARTMENT = _field("department", "text", ("部署", "Department"), "lead.department")
TITLE = _field("job_title", "text", ("役職", "Job title"), "lead.job_title")
PHONE = _field("phone", "phone", ("電話番号", "Phone"), "lead.phone")
MESSAGE = {
    **_field("message", "text", ("お問い合わせ内容", "Your message"), "", required=True),
    "multiline": True,
}

DOCUMENT_REQUEST: dict[str, Json] = {
    "v": 1,
    "name": {"ja": "資料請求", "en": "Request documents"},
    "fields": [EMAIL, LAST, FIRST, COMPANY, DEPARTMENT, TITLE, PHONE],
    "consents": [CONSENT],
    "after": {
        "message": {
            "ja": "資料のご請求をありがとうございます。ご入力のメールアドレスにご案内をお送りします。",
            "en": "Thank you for your request. We will write to the address you gave.",
        }
    },
    "submit_label": {"ja": "資料を請求する", "en": "Request documents"},
}
INQUIRY: dict[str, Json] = {
    "v": 1,
    "name": {"ja": "お問い合わせ", "en": "Contact us"},
    "fields": [EMAIL, LAST, FIRST, COMPANY, PHONE, MESSAGE],
    "consents": [CONSENT],
    "after": {
        "message": {
            "ja": "お問い合わせをありがとうございます。担当者よりご連絡いたします。",
            "en": "Thank you for your message. We will get back to you.",
        }
    },
    "submit_label": {"ja": "送信する", "en": "Send"},
}


def install_ready_forms(*, now: datetime) -> None:
    """Two forms, published, so that a newcomer can copy an embed line at once."""
    for document in (DOCUMENT_REQUEST, INQUIRY):
        create_form(document, by=None, now=now, publish=True)


def starting_document(name: str) -> dict[str, Json]:
    """What a form made by hand begins with: address, name, company."""
    thanks = {"ja": "送信しました。ありがとうございます。", "en": "Sent. Thank you."}
    fields = [EMAIL, LAST, FIRST, COMPANY]
    return {"v": 1, "name": name, "fields": fields, "consents": [CONSENT], "after": {"message": thanks}}
