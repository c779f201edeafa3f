"""What the workspace decided about its tracking."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ma_platform.env import ENV
from tracking.hosts import registrable
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
    personalise_required: bool = False
    cookieless: bool = False

    @property
    def asks_who(self) -> bool:
        """The tag asks the collector whose browser it is, of visitors who let us personalise."""
        return not self.cookieless and (self.first_party or bool(self.domains))


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


def tracking_hosts() -> dict[str, str]:
    """The workspace's own tracking hosts that work, by registrable domain: {"acme.co.jp": "t.acme.co.jp"}."""
    working = Domain.objects.filter(kind=Domain.Kind.TRACKING, verified_at__isnull=False, lost_at__isnull=True)
    return {registrable(host): host for host in working.order_by("-host").values_list("host", flat=True)}


def tag_settings(write_key: str) -> TagSettings:
    """The live settings of the tag; from a tracking host of the workspace's own where all its sites share its domain.

    With sites or tracking hosts of several domains this is the line for "all others": see `domain_tags`.
    """
    chosen, hosts, own = tracking_settings(), sites(), tracking_hosts()
    used = {*own, *map(registrable, hosts)}
    host = own.get(used.pop()) if len(used) == 1 else None
    return TagSettings(
        key=write_key,
        host=f"https://{host}" if host else ENV.tracking_host,
        first_party=host is not None,
        consent_required=chosen.consent_required,
        domains=tuple(hosts) if len(hosts) > 1 else (),
        spa=chosen.spa,
        personalise_required=chosen.personalise_required,
        cookieless=chosen.cookieless,
    )


def domain_tags(tag: TagSettings) -> dict[str, TagSettings]:
    """The same tag from the tracking host of each registrable domain; empty where `tag` is everybody's already."""
    own = sorted(tracking_hosts().items()) if tag.host == ENV.tracking_host else []
    return {domain: replace(tag, host=f"https://{host}", first_party=True) for domain, host in own}


def custom_names() -> list[tuple[int, str]]:
    """The workspace's own events by name: (number, what they are called)."""
    rows = CustomName.objects.order_by("name").values_list("number", "label", "name")
    return [(number, label or name) for number, label, name in rows]


def retention_days() -> dict[int, int]:
    """Days by event number; events that are not there stay for good."""
    return dict(Retention.objects.values_list("name", "days"))
