"""What a mail looks like to one person, and what is wrong with it, before anything is sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from leads.queries import merge_fields
from leads.queries.attributes import definitions
from ma_platform.errors import Refused
from ma_platform.tenancy.queries import settings_of
from ma_platform.tenancy.scope import current_tenant, current_tenant_id
from mailing import compiling, document, rendering, template
from mailing.signing import ORIGIN, SIGNER
from mailing.tokens import Ticket
from mailing.wording import worded

OWN_FIELDS = ("lead", "company")
ALWAYS_SAID = frozenset({"lead.addressee", "lead.email", "workspace.name"})
ROOTS = frozenset({"lead", "company", "owner", "workspace", "event", "unsubscribe_url", "preferences_url"})
SAMPLE = {
    "lead": {
        "email": "hanako.yamada@example.co.jp",
        "last_name": "山田",
        "first_name": "花子",
        "last_name_kana": "ヤマダ",
        "first_name_kana": "ハナコ",
        "department": "営業部",
        "job_title": "課長",
        "phone": "03-0000-0000",
        "prefecture": "東京都",
        "tags": [],
        "addressee": "山田 花子 様",
    },
    "company": {"name": "株式会社サンプル", "industry": "製造業"},
    "owner": {"name": "佐藤", "email": "sato@example.co.jp"},
}
CLIPPED_BYTES = 100_000
SUBJECT_LENGTH = 60


@dataclass(frozen=True, slots=True)
class Preview:
    """One person's mail; links lead straight to their targets, nothing is counted. `warnings` are sentences."""

    subject: str
    html: str
    text: str
    warnings: list[str]


def preview(source: Mapping[str, Any], *, lead_id: int | None = None) -> Preview:
    """Render a document (saved or not) for a lead, or for a sample person. Raises Refused with the path."""
    try:
        parsed = document.parse(source)
        sources = compiling.compile_document(parsed)
    except document.Broken as broken:
        raise Refused(path=broken.path, reason=worded(broken.reason)) from broken
    place = rendering.Place(
        ORIGIN,
        current_tenant_id(),
        "eml_" + "0" * 32,
        current_tenant().locale,
        marketing=parsed.kind == "marketing",
        tracked=False,
    )
    ready = rendering.load(sources, place, SIGNER)
    values = values_of(merge_fields([lead_id]).get(lead_id, {}) if lead_id else SAMPLE, {})
    ticket = Ticket(current_tenant_id(), 0, "msg_" + "0" * 32, "eml_" + "0" * 32, 0)
    try:
        shown = rendering.personalise(ready, values, ticket, SIGNER)
    except template.OutputTooLarge as error:
        raise Refused(path="/body", reason=_("The mail grows over 512 KB.")) from error
    except template.RenderFailed as error:
        raise Refused(path="/body", reason=_("A comparison or filter does not fit the value.")) from error
    return Preview(shown.subject, shown.html, shown.text, [*lint(parsed, sources, shown.html), *_gaps(ready, values)])


def values_of(merge: Mapping[str, Any], event: Mapping[str, Any]) -> dict[str, Any]:
    """Everything a template may see, as plain values."""
    settings, workspace = settings_of(), current_tenant()
    return {
        **template.plain(merge),
        "event": template.plain(event),
        "workspace": {
            "name": workspace.name,
            "sender_name": settings.sender_name,
            "sender_postal_address": settings.sender_postal_address,
            "sender_contact": settings.sender_contact,
        },
    }


def lint(parsed: document.MailDocument, sources: compiling.Sources, html: str) -> list[str]:
    """Sentences on what readers or mail programs will stumble over."""
    unknown = sorted({path for path in sources.mentioned if path.partition(".")[0] not in ROOTS} | _unmade(sources))
    found = [_("There is no value called %(path)s.") % {"path": path} for path in unknown]
    found += [
        _("%(path)s has no fallback: people without it will not get this mail.") % {"path": path}
        for path in sources.required
        if path not in ALWAYS_SAID
    ]
    settings = settings_of()
    if parsed.kind == "marketing" and not (
        settings.sender_name and settings.sender_postal_address and settings.sender_contact
    ):
        found.append(_("The sender block of the workspace is incomplete: marketing mail does not leave without it."))
    if len(parsed.subject) > SUBJECT_LENGTH:
        found.append(_("The subject is longer than most inboxes show."))
    if len(html.encode()) > CLIPPED_BYTES:
        found.append(_("The mail is over 100 KB: some mail programs cut it off."))
    if re.search(r"<img\b(?![^>]*\balt=)", html):
        found.append(_("A picture has no alternative text."))
    return found


def _unmade(sources: compiling.Sources) -> set[str]:
    """`lead.attributes.KEY` and `company.attributes.KEY` of fields nobody made, or laid aside."""
    asked = {path for path in sources.mentioned if path.split(".")[1:2] == ["attributes"] and path.count(".") > 1}
    if not asked:
        return set()
    known = {f"{subject}.attributes.{key}" for subject in OWN_FIELDS for key in definitions(subject, archived=False)}
    return {path for path in asked if ".".join(path.split(".")[:3]) not in known}


def _gaps(ready: rendering.Loaded, values: Mapping[str, Any]) -> list[str]:
    return [_("%(path)s is empty for this person.") % {"path": path} for path in rendering.missing(ready, values)]
