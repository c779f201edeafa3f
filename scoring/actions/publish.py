"""Score models: drafted, published, rolled back. A published document is never rewritten."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Max

from ma_platform import audit
from ma_platform.errors import NotFound, Refused
from ma_platform.tenancy.models import ApiKey, User
from ma_platform.tenancy.reach import everybody
from scoring import problems
from scoring.actions.compute import lock_model
from scoring.actions.rebuild import start_build
from scoring.document import parse
from scoring.models import DEFAULT_KEY, ScoreModel, ScoreVersion

By = User | ApiKey | None


def create_model(document: dict[str, object], *, now: datetime) -> ScoreModel:
    """A new model whose first version is in force at once; leads get scores as facts arrive or by a rebuild.

    Raises Refused when the document is not acceptable.
    """
    book = parse(document)
    model: ScoreModel = ScoreModel.objects.create(key=book.key, draft=document, draft_saved_at=now, published_version=1)
    ScoreVersion.objects.create(model=model, no=1, document=document, published_at=now)
    return model


def save_draft(key: str, document: object, *, by: By, now: datetime) -> ScoreModel:
    """Keep a document as the model's draft; scores do not change. Raises Refused with the path of the bad part.

    Today a workspace scores by its default model; other keys are refused.
    """
    if parse(document).key != key or key != DEFAULT_KEY:
        raise Refused(path="/key", reason=problems.NOT_CHOICE % {"choices": DEFAULT_KEY})
    ScoreModel.objects.filter(key=key).update(draft=document, draft_saved_at=now)
    model = get_model(key)
    audit.record(by, "scoring.draft_saved", key, at=now)
    return model


@everybody()
def publish(key: str, *, by: By, now: datetime, announce: bool = False) -> ScoreModel:
    """Make the draft the next version and have it built; the old scores stay until every lead is done.

    `announce`: crossings found by the rebuild become facts (alerts!) instead of passing silently.
    """
    model = get_model(key)
    lock_model(model)
    parse(model.draft)
    latest = ScoreVersion.objects.filter(model=model).aggregate(latest=Max("no"))["latest"]
    ScoreVersion.objects.create(model=model, no=latest + 1, document=model.draft, published_at=now)
    start_build(model, version=latest + 1, announce=announce, now=now)
    audit.record(by, "scoring.published", key, at=now, version=latest + 1)
    return model


@everybody()
def rollback(key: str, *, to: int, by: By, now: datetime) -> ScoreModel:
    """Publish the document of version `to` again, as a new version, silently. Raises NotFound."""
    version = ScoreVersion.objects.filter(model=get_model(key), no=to).first()
    if version is None:
        raise NotFound(kind="version")
    save_draft(key, version.document, by=by, now=now)
    return publish(key, by=by, now=now)


def get_model(key: str) -> ScoreModel:
    """The model with this key; raises NotFound."""
    model: ScoreModel | None = ScoreModel.objects.filter(key=key).first()
    if model is None:
        raise NotFound(kind="score model")
    return model
