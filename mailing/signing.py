"""The one signer of this installation; readable by every process, with or without the database."""

from __future__ import annotations

from ma_platform.env import ENV
from mailing.tokens import Signer

SIGNER = Signer([ENV.secret_key])
ORIGIN = ENV.tracking_host
