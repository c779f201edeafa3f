"""What the workspace decided about its tracking."""

from __future__ import annotations

from dataclasses import dataclass

from ma_platform.env import ENV
from tracking.models import CustomName, Domain, Retention, Settings


@dataclass(frozen=True, slots=True)
class TagSettings:
    """What the tag's line has to say. `host` is the address the script comes from, without a final slash."""

    key: str
    host: str
    first_party: bool
    consent_required: bool
    domains: tuple[str, ...]
    spa: str


def tracking_settings() -> Settings:
    """The workspace's settings; the defaults (unsaved) before anybody changed them."""
    found: Settings | None = Settings.objects.first()
    return found or Settings()


def domains() -> list[Domain]:
    """Sites first, each kind by name."""
    return list(Domain.objects.order_by("kind", "host"))


def sites() -> list[str]:
    """Hosts of the workspace's sites, by name."""
    return list(Domain.objects.filter(kind=Domain.Kind.SITE).order_by("host").values_list("host", flat=True))


def tracking_host() -> str | None:
    """The workspace's own, verified tracking host."""
    own: str | None = (
        Domain.objects.filter(kind=Domain.Kind.TRACKING, verified_at__isnull=False)
        .order_by("host")
        .values_list("host", flat=True)
        .first()
    )
    return own


def tag_settings(write_key: str) -> TagSettings:
    """The live settings of the workspace's tag."""
    chosen, own, hosts = tracking_settings(), tracking_host(), sites()
    return TagSettings(
        key=write_key,
        host=f"https://{own}" if own else ENV.tracking_host,
        first_party=own is not None,
        consent_required=chosen.consent_required,
        domains=tuple(hosts) if len(hosts) > 1 else (),
        spa=chosen.spa,
    )


def custom_names() -> list[tuple[int, str]]:
    """The workspace's own events by name: (number, name)."""
    return list(CustomName.objects.order_by("name").values_list("number", "name"))


def retention_days() -> dict[int, int]:
    """Days by event number; events that are not there stay for good."""
    return dict(Retention.objects.values_list("name", "days"))
