"""A form sent: checked, kept, judged, and, when clean, turned into a lead; all of it in one transaction.

Steps as in docs/forms.md: validate → store → verdict → lead → browser → consent → fields → answer. The same token twice
is the same submission, also when both arrive at the same moment: the unique token decides.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import orjson
from django.db import transaction

from capture.document import FormDocument, parse_form, say
from capture.models import Form, FormVersion, Submission
from capture.refusals import worded
from capture.spam import Signs, judge
from capture.submission import Checked, Value, check
from leads.actions import ConsentInput, LeadInput, Rules, record_consent, upsert_lead
from leads.queries import acceptable_values
from ma_platform import audit, ids
from ma_platform.db import sql
from ma_platform.errors import DomainError
from ma_platform.tenancy.models import User
from tracking.actions import SubjectRef, bind_visitor, record, visit_source
from tracking.catalogue import Event

MESSAGE_LIMIT = 2_000
OWN = "attributes."  # behind "lead.": a field the workspace added


@dataclass(frozen=True, slots=True)
class Context:
    """Where the answer was given. `visitor` is the browser's key, "" when unknown."""

    url: str = ""
    referrer: str = ""
    visitor: str = ""
    utm: Mapping[str, str] = field(default_factory=dict)
    ip: str = ""
    agent: str = ""

    def kept(self) -> dict[str, Any]:  # Any: JSON
        """As it is stored with the submission."""
        utm = {storable(key, 50): storable(value, 300) for key, value in list(self.utm.items())[:20]}
        place = {"url": storable(self.url, 2000), "referrer": storable(self.referrer, 2000), "utm": utm}
        return {**place, "ip": self.ip, "agent": storable(self.agent, 500)}


@dataclass(frozen=True, slots=True)
class Posted:
    """What arrived. `token` decides sameness; `shown_at` None when a server posted with its key."""

    token: str
    answers: Mapping[str, object]
    consents: Mapping[str, object]
    context: Context
    shown_at: datetime | None = None
    trap: str = ""
    locale: str = "ja"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The submission and its form's document; `repeated` when the token had been seen."""

    submission: Submission
    document: FormDocument
    repeated: bool = False


class AnswersRefused(DomainError):
    """Some answers are missing or wrong; `errors` by field key, as codes of ANSWER_REASONS."""

    code = "answers_refused"

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(errors=worded(errors))
        self.errors = dict(errors)


@transaction.atomic
def submit(form: Form, posted: Posted, *, now: datetime) -> Outcome:
    """Take one answer. Raises AnswersRefused and keeps nothing."""
    version: FormVersion = FormVersion.objects.get(form=form, no=form.version)
    document = parse_form(version.document)
    checked = check(document, posted.answers, posted.consents)
    if checked.errors:
        raise AnswersRefused(checked.errors)
    public_id = ids.new("sub")
    if not _keep(public_id, form, version, document, posted, checked, now):
        seen: Submission = Submission.objects.select_related("version", "form").get(token=posted.token)
        return Outcome(seen, parse_form(seen.version.document), repeated=True)
    submission: Submission = Submission.objects.select_related("version", "form").get(public_id=public_id)
    if submission.verdict == Submission.Verdict.CLEAN:
        _admit(submission, document)
    return Outcome(submission, document)


@transaction.atomic
def release(submission: Submission, *, by: User, now: datetime) -> bool:
    """Let a quarantined answer in after all, as if it had been clean. False when somebody was faster."""
    moved = Submission.objects.filter(pk=submission.pk, verdict=Submission.Verdict.SUSPICIOUS, released_at=None).update(
        released_at=now, released_by=by
    )
    if not moved:
        return False
    kept: Submission = Submission.objects.select_related("version", "form").get(pk=submission.pk)
    _admit(kept, parse_form(kept.version.document))
    audit.record(by, "submission.released", kept.public_id, at=now)
    return True


def _keep(  # noqa: PLR0913 - one row, one place
    public_id: str,
    form: Form,
    version: FormVersion,
    document: FormDocument,
    posted: Posted,
    checked: Checked,
    now: datetime,
) -> bool:
    verdict = judge(_signs(document, posted, checked, now))
    row: dict[str, Any] = {
        "public_id": public_id,
        "form_id": form.pk,
        "version_id": version.pk,
        "token": posted.token,
        "values": _json(checked.values),
        "raw": _json({"fields": _bounded(posted.answers), "consents": _bounded(posted.consents)}),
        "consents": _json(_wordings(document, checked, posted.locale)),
        "context": _json(posted.context.kept()),
        "verdict": Submission.Verdict.CLEAN if verdict.clean else Submission.Verdict.SUSPICIOUS,
        "reasons": _json(list(verdict.reasons)),
        "visitor": posted.context.visitor,
        "shown_at": posted.shown_at,
        "now": now,
    }
    return sql.run(KEEP_SUBMISSION, **row).rowcount == 1


KEEP_SUBMISSION = """
    INSERT INTO capture_submission (tenant_id, public_id, form_id, version_id, token, values, raw, consents, context,
           verdict, reasons, visitor, shown_at, submitted_at)
    VALUES (%(tenant_id)s, %(public_id)s, %(form_id)s, %(version_id)s, %(token)s, %(values)s::jsonb, %(raw)s::jsonb,
           %(consents)s::jsonb, %(context)s::jsonb, %(verdict)s, %(reasons)s::jsonb, %(visitor)s, %(shown_at)s, %(now)s)
        ON CONFLICT (tenant_id, token) DO NOTHING
"""


def _signs(document: FormDocument, posted: Posted, checked: Checked, now: datetime) -> Signs:
    return Signs(
        trap=posted.trap,
        seconds=None if posted.shown_at is None else (now - posted.shown_at).total_seconds(),
        min_seconds=document.min_seconds,
        texts=checked.texts(),
        targets={asked.key: asked.maps_to for asked in document.fields},
    )


def _wordings(document: FormDocument, checked: Checked, locale: str) -> list[dict[str, Any]]:  # Any: JSON
    """Every consent line with its answer and the exact words that were shown."""
    return [
        {
            "topic": line.topic,
            "given": checked.consents[line.topic],
            "wording": say(line.text, locale),
            "wording_hash": hashlib.sha256(say(line.text, locale).encode()).hexdigest(),
        }
        for line in document.consents
    ]


def _admit(submission: Submission, document: FormDocument) -> None:
    """Steps 4 to 7: the lead by the address typed, never by cookie; its browser; its consents; the fact."""
    lead_id = _lead_of(submission, document)
    submission.lead_id = lead_id
    Submission.objects.filter(pk=submission.pk).update(lead_id=lead_id)
    if lead_id is not None:
        if submission.visitor:
            bind_visitor(submission.visitor, lead_id, "form", submission.submitted_at)
        record_consent(_consents(submission, lead_id), now=submission.submitted_at)
    record(
        Event.FORM_SUBMITTED,
        lead=lead_id,
        visitor=submission.visitor or None,
        subject=SubjectRef("form", submission.form.public_id, submission.form.name),
        at=submission.submitted_at,
        props=_props(submission, document),
        id=uuid5(NAMESPACE_URL, submission.public_id),
    )


def _lead_of(submission: Submission, document: FormDocument) -> int | None:
    mapped = {asked.maps_to: asked for asked in document.fields if asked.maps_to}
    stated: dict[str, Any] = {
        target.removeprefix("lead."): _as_text(submission.values.get(asked.key, "")) for target, asked in mapped.items()
    }
    own = {name: stated.pop(name) for name in [*stated] if name.startswith(OWN)}
    if not stated.get("email"):
        return None
    policies = {target.removeprefix("lead."): asked.policy for target, asked in mapped.items()}
    kept = acceptable_values({name.removeprefix(OWN): text for name, text in own.items()})
    said = LeadInput(**stated, attributes=kept, tags=document.tags, source=_source(submission.context))
    done = upsert_lead(
        said,
        by=None,
        now=submission.submitted_at,
        policy=Rules(fields=policies),
        source=f"form:{submission.public_id}",
    )
    return done.lead_id


def _source(context: Mapping[str, Any]) -> dict[str, str] | None:  # Any: our own JSON
    campaign = {key.removeprefix("utm_"): value for key, value in context["utm"].items()}
    if "campaign" in campaign:
        campaign["name"] = campaign.pop("campaign")
    return visit_source(context["url"], context["referrer"], campaign)


def _consents(submission: Submission, lead_id: int) -> list[ConsentInput]:
    proof = {"form": submission.form.public_id, "submission": submission.public_id, "version": submission.version.no}
    return [
        ConsentInput(
            lead_id,
            line["topic"],
            evidence={
                "source": "form",
                "wording": line["wording"],
                "wording_hash": line["wording_hash"],
                "url": submission.context["url"],
                **proof,
            },
        )
        for line in submission.consents
        if line["given"]
    ]


def _props(submission: Submission, document: FormDocument) -> dict[str, Any]:  # Any: JSON
    own = {asked.key: asked for asked in document.fields if not asked.maps_to and asked.kind != "hidden"}
    written = [_as_text(submission.values.get(key, "")) for key, asked in own.items() if asked.multiline]
    answers = {key: _as_text(submission.values.get(key, ""))[:500] for key, asked in own.items() if not asked.multiline}
    props = {
        "form": submission.form.public_id,
        "submission": submission.public_id,
        "url": submission.context["url"],
        "answers": {key: text for key, text in answers.items() if text},
    }
    message = "\n".join(filter(None, written))[:MESSAGE_LIMIT]
    return {**props, "message": message} if message else props


def _as_text(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else ""
    return ", ".join(value) if isinstance(value, list) else value


def _bounded(answers: Mapping[str, object]) -> dict[str, object]:
    """What was sent, with text cut to what the column should hold."""
    return {storable(str(key), 100): _cut(value) for key, value in answers.items()}


def _cut(value: object) -> object:
    if isinstance(value, bool | int | float) or value is None:
        return value
    if isinstance(value, list):
        return [storable(str(item), 1_000) for item in value[:100]]
    return storable(str(value), 10_000)


def storable(text: str, limit: int) -> str:
    """Without what Postgres cannot keep in jsonb: NUL and halves of surrogate pairs."""
    return text[:limit].replace("\x00", "").encode("utf-8", "ignore").decode()


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
