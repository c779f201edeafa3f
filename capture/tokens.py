"""Signed tokens strangers carry: one per form shown, one per file handed out."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core import signing

SHOWN_LIFE = timedelta(hours=24)
DOWNLOAD_LIFE = timedelta(days=7)
_SHOWN, _DOWNLOAD = "capture.shown", "capture.download"


class TokenRefused(ValueError):
    """Not made by us, made for something else, or too old."""


def shown_token(form_id: str, *, now: datetime) -> str:
    """For one showing of a form: when it was shown, and a number used once."""
    stated = {"f": form_id, "t": int(now.timestamp() * 1000), "n": secrets.token_urlsafe(16)}
    return signing.dumps(stated, salt=_SHOWN)


def read_shown(token: str, form_id: str, *, now: datetime) -> datetime:
    """When the form was shown. Raises TokenRefused for another form's token or one older than a day."""
    stated = _opened(token, _SHOWN)
    shown_at = datetime.fromtimestamp(stated["t"] / 1000, tz=UTC)
    if stated["f"] != form_id or now - shown_at > SHOWN_LIFE:
        raise TokenRefused
    return shown_at


@dataclass(frozen=True, slots=True)
class Download:
    """Which file, in which workspace (by code), and which submission it answers: its lead is who asks. Readable by
    whoever has the link, so nothing stands in it but public ids."""

    code: str
    asset: str
    submission: str


def download_token(download: Download, *, now: datetime) -> str:
    """A link that works for seven days."""
    until = int((now + DOWNLOAD_LIFE).timestamp())
    stated = {"w": download.code, "a": download.asset, "s": download.submission, "u": until}
    return signing.dumps(stated, salt=_DOWNLOAD)


def read_download(token: str, *, now: datetime) -> Download:
    """Raises TokenRefused."""
    stated = _opened(token, _DOWNLOAD)
    if now.timestamp() > stated["u"]:
        raise TokenRefused
    return Download(stated["w"], stated["a"], stated["s"])


def _opened(token: str, salt: str) -> Any:  # Any: our own JSON
    if len(token) > 1_000:
        raise TokenRefused
    try:
        return signing.loads(token, salt=salt)
    except signing.BadSignature as refused:
        raise TokenRefused from refused
