"""Forms, submissions and files as members see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Sum
from django.utils.translation import get_language

from capture.document import Json, parse_form, say
from capture.models import Asset, Form, FormVersion, Submission
from ma_platform.api.pages import moment_of
from ma_platform.db import sql


def find_form(public_id: str) -> Form | None:
    """The form, published or not; None for a missing or foreign one."""
    found: Form | None = Form.objects.filter(public_id=public_id).first()
    return found


def latest_document(form: Form) -> Json:
    """The JSON of the newest version."""
    return FormVersion.objects.get(form=form, no=form.version).document


def find_asset(public_id: str) -> Asset | None:
    found: Asset | None = Asset.objects.filter(public_id=public_id).first()
    return found


def list_assets(*, after: Sequence[Any] | None = None, limit: int | None = None) -> list[Asset]:  # Any: a cursor
    """Files, newest first; all of them without a limit. Raises ForgedCursor."""
    rows = Asset.objects.order_by("-created_at", "-id")
    if (position := moment_of(after)) is not None:
        moment, pk = position
        rows = rows.filter(created_at__lte=moment).exclude(created_at=moment, pk__gte=pk)
    return list(rows[:limit])


def asset_bytes() -> int:
    """How much of the disk the files to hand out take."""
    return int(Asset.objects.aggregate(sum=Sum("size"))["sum"] or 0)


def find_submission(public_id: str) -> Submission | None:
    found: Submission | None = (
        Submission.objects.filter(public_id=public_id).select_related("form", "version", "lead").first()
    )
    return found


def submissions_of(lead_id: int, *, limit: int = 10) -> list[Submission]:
    """What a person sent, newest first."""
    rows = Submission.objects.filter(lead_id=lead_id).select_related("form").order_by("-submitted_at", "-id")
    return list(rows[:limit])


@dataclass(frozen=True, slots=True)
class FormRow:
    """One line of the list: `month` answers in 30 days, `held` in quarantine and not released."""

    id: int
    public_id: str
    name: str
    version: int
    published_at: datetime | None
    updated_at: datetime
    month: int
    held: int
    last_at: datetime | None

    @property
    def position(self) -> list[object]:
        return [self.updated_at.isoformat(), self.id]


def list_forms(*, now: datetime, after: Sequence[Any] | None = None, limit: int = 50) -> list[FormRow]:  # Any: a cursor
    """Forms, last changed first, with their counts. One statement. Raises ForgedCursor."""
    moment, pk = moment_of(after) or (None, None)
    return sql.typed(LIST_FORMS, FormRow, now=now, moment=moment, pk=pk, limit=limit)


# Each number reads its own stretch of an index, never all answers there ever were.
LIST_FORMS = """
    SELECT form.id, form.public_id, form.name, form.version, form.published_at, form.updated_at,
           (SELECT count(*) FROM capture_submission AS one
             WHERE one.tenant_id = %(tenant_id)s AND one.form_id = form.id
               AND one.submitted_at > %(now)s - interval '30 days' AND one.verdict = 'clean')::int AS month,
           (SELECT count(*) FROM capture_submission AS one
             WHERE one.tenant_id = %(tenant_id)s AND one.form_id = form.id
               AND one.verdict = 'suspicious' AND one.released_at IS NULL)::int AS held,
           (SELECT max(one.submitted_at) FROM capture_submission AS one
             WHERE one.tenant_id = %(tenant_id)s AND one.form_id = form.id) AS last_at
      FROM capture_form AS form
     WHERE form.tenant_id = %(tenant_id)s
       AND (%(moment)s::timestamptz IS NULL OR (form.updated_at, form.id) < (%(moment)s::timestamptz, %(pk)s::bigint))
     ORDER BY form.updated_at DESC, form.id DESC
     LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class SubmissionRow:
    """A submission with the names around it."""

    submission: Submission

    @property
    def position(self) -> list[object]:
        return [self.submission.submitted_at.isoformat(), self.submission.pk]

    @property
    def answers(self) -> list[tuple[str, object]]:
        """(label of the question as it was then, answer), empty answers left out; needs `version` loaded."""
        asked = parse_form(self.submission.version.document)
        labels = {field.key: say(field.label, get_language() or "ja") for field in asked.fields}
        return [(labels.get(key, key), value) for key, value in self.submission.values.items() if value]

    @property
    def held(self) -> bool:
        """In quarantine and not released."""
        return self.submission.verdict == Submission.Verdict.SUSPICIOUS and self.submission.released_at is None


def list_submissions(
    *,
    form: Form | None = None,
    verdict: str = "",
    after: Sequence[Any] | None = None,  # Any: a decoded cursor
    limit: int = 50,
) -> list[SubmissionRow]:
    """Submissions, newest first; `verdict` narrows to clean or suspicious. Raises ForgedCursor."""
    rows = Submission.objects.select_related("form", "lead", "version").order_by("-submitted_at", "-id")
    if form is not None:
        rows = rows.filter(form=form)
    if verdict:
        rows = rows.filter(verdict=verdict)
    if (position := moment_of(after)) is not None:
        moment, pk = position
        rows = rows.filter(submitted_at__lte=moment).exclude(submitted_at=moment, pk__gte=pk)
    return [SubmissionRow(row) for row in rows[:limit]]
