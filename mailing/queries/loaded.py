"""Versions ready to be personalised, kept per process: compiling is the expensive step of a send."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

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


_kept: OrderedDict[tuple[int, str], Sheet] = OrderedDict()


def loaded(version_ids: set[int], *, locale: str) -> dict[int, Sheet]:
    """Sheets by version id; one query for those this process has not met. Versions never change, so none goes stale."""
    missing = [version_id for version_id in version_ids if (version_id, locale) not in _kept]
    for version in EmailVersion.objects.filter(id__in=missing).select_related("email"):
        _kept[(version.pk, locale)] = _sheet(version, locale)
    found = {version_id: _kept[(version_id, locale)] for version_id in version_ids if (version_id, locale) in _kept}
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
