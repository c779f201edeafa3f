"""Forms made, saved as versions, published and taken back."""

from collections.abc import Mapping
from datetime import datetime

from django.db.models import F

from capture.document import Json, parse_form, say
from capture.models import Asset, Form, FormVersion
from capture.refusals import FormRefused
from ma_platform import audit, ids
from ma_platform.tenancy.models import ApiKey, User
from ma_platform.tenancy.scope import current_tenant

Actor = User | ApiKey | None


def create_form(document: Mapping[str, Json], *, by: Actor, now: datetime, publish: bool = False) -> Form:
    """A new form with its first version. Raises FormRefused."""
    name = _checked(document)
    form: Form = Form.objects.create(
        public_id=ids.door("frm", current_tenant().code),
        name=name,
        version=1,
        published_at=now if publish else None,
        created_at=now,
        updated_at=now,
    )
    _keep(form, 1, document, by=by, now=now)
    audit.record(by, "form.created", form.public_id, at=now)
    return form


def save_form(form: Form, document: Mapping[str, Json], *, by: Actor, now: datetime) -> FormVersion:
    """The next version, live at once where the form is published. Saving what is already there makes none.

    Raises FormRefused and changes nothing.
    """
    name = _checked(document)
    Form.objects.select_for_update().get(pk=form.pk)
    latest: FormVersion = FormVersion.objects.filter(form=form).order_by("-no")[0]
    if latest.document == document:
        return latest
    Form.objects.filter(pk=form.pk).update(name=name, version=F("version") + 1, updated_at=now)
    form.refresh()
    audit.record(by, "form.saved", form.public_id, at=now, version=form.version)
    return _keep(form, form.version, document, by=by, now=now)


def set_published(form: Form, *, published: bool, by: Actor, now: datetime) -> None:
    """Open the form to strangers, or close it: a closed form answers as a missing one."""
    moved = Form.objects.filter(pk=form.pk, published_at__isnull=published)
    if moved.update(published_at=now if published else None, updated_at=now):
        audit.record(by, "form.published" if published else "form.closed", form.public_id, at=now)


def _checked(document: Mapping[str, Json]) -> str:
    parsed = parse_form(document)
    asset = parsed.after.asset
    if asset and not Asset.objects.filter(public_id=asset).exists():
        raise FormRefused("missing", path="/after/asset")
    return say(parsed.name, current_tenant().locale)


def _keep(form: Form, no: int, document: Mapping[str, Json], *, by: Actor, now: datetime) -> FormVersion:
    author = by if isinstance(by, User) else None
    version: FormVersion = FormVersion.objects.create(
        form=form, no=no, document=document, created_at=now, created_by=author
    )
    return version
