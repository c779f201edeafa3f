"""Versions ready to be personalised, kept per process: compiling is the expensive step of a send."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime

from mailing import rendering
from mailing.compiling import Sources
from mailing.document import MailDocument, parse
from mailing.models import EmailVersion
from mailing.signing import ORIGIN, SIGNER

KEPT = 64


@dataclass(frozen=True, slots=True)
class Sheet:
    """One version with everything a send asks of it."""

    version_id: int
    email: str
    document: MailDocument
    loaded: rendering.Loaded


_Key = tuple[int, str, datetime, str]  # version, mail, when it was made, locale
_kept: OrderedDict[_Key, Sheet] = OrderedDict()


def loaded(version_ids: set[int], *, locale: str) -> dict[int, Sheet]:
    """Sheets by version id; those this process has not met are read whole. Versions never change, so none goes stale.

    A number alone does not say which version it is: a restored database gives numbers again that were given before.
    """
    versions = EmailVersion.objects.filter(id__in=version_ids)
    keys: dict[int, _Key] = {
        pk: (pk, email, made_at, locale)
        for pk, email, made_at in versions.values_list("pk", "email__public_id", "made_at")
    }
    if missing := [pk for pk, key in keys.items() if key not in _kept]:
        for version in versions.filter(id__in=missing).select_related("email"):
            _kept[keys[version.pk]] = _sheet(version, locale)
    found = {pk: _kept[key] for pk, key in keys.items() if key in _kept}
    while len(_kept) > KEPT:
        _kept.popitem(last=False)
    return found


def _sheet(version: EmailVersion, locale: str) -> Sheet:
    document = parse(version.document)
    place = rendering.Place(
        ORIGIN, version.tenant_id, version.email.public_id, locale, marketing=document.kind == "marketing"
    )
    ready = rendering.load(Sources.from_json(version.compiled), place, SIGNER)
    return Sheet(version.pk, version.email.public_id, document, ready)
