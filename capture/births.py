"""What capture gives a new workspace."""

from datetime import datetime

from capture.actions import install_ready_forms
from ma_platform.tenancy.births import at_birth


@at_birth(order=40)
def ready_forms(now: datetime) -> None:
    """資料請求 and お問い合わせ."""
    install_ready_forms(now=now)
