"""What a member changes about the workspace's tracking."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy

from ma_platform import audit, errors
from ma_platform.tenancy.models import User
from ma_platform.tenancy.scope import current_tenant
from tracking.hosts import host_of, is_shared
from tracking.models import Domain, Retention, Settings

MOST_DOMAINS = 100


class BadHost(errors.DomainError):
    """Not a name a site can have."""

    code = "bad_host"
    message = gettext_lazy("“%(host)s” is not the name of a site, like www.example.co.jp.")


class SharedHost(errors.DomainError):
    """A name under which anybody can have a site."""

    code = "shared_host"
    message = gettext_lazy("“%(host)s” belongs to everybody. Add your own name under it, like www.example.%(host)s.")


class TooManyDomains(errors.DomainError):
    """More names than anybody needs."""

    code = "too_many_domains"
    message = gettext_lazy("A workspace can have %(most)s domains.")


@dataclass(frozen=True, slots=True)
class SettingsEdit:
    """Every field is set. `spa`: path, hash or off."""

    consent_required: bool
    personalise_required: bool
    cookieless: bool
    ip_days: int
    spa: str
    purposes: str
    policy_url: str


def add_domain(host: str, kind: str, *, by: User, now: datetime) -> Domain:
    """Add a site or a tracking host; it is looked at within seconds. The same name again changes nothing.

    Raises BadHost, SharedHost, TooManyDomains.
    """
    try:
        name = host_of(host)
    except ValueError:
        raise BadHost(host=host[:80]) from None
    if is_shared(name):
        raise SharedHost(host=name)
    if Domain.objects.count() >= MOST_DOMAINS:
        raise TooManyDomains(most=MOST_DOMAINS)
    domain: Domain
    domain, made = Domain.objects.get_or_create(host=name, kind=kind, defaults={"added_at": now})
    if made:
        audit.record(by, "tracking.domain_added", current_tenant().public_id, at=now, host=name, kind=kind)
    return domain


def remove_domain(domain: Domain, *, by: User, now: datetime) -> None:
    """Forget a host; what was seen on it stays."""
    domain.delete()
    facts = {"host": domain.host, "kind": domain.kind}
    audit.record(by, "tracking.domain_removed", current_tenant().public_id, at=now, **facts)


def look_again(domain: Domain) -> None:
    """Have the host looked at once more."""
    Domain.objects.filter(pk=domain.pk).update(checked_at=None)


def save_settings(edit: SettingsEdit, *, by: User, now: datetime) -> None:
    """Keep the settings; the tag's line and the notice follow at once."""
    Settings.objects.update_or_create(defaults=asdict(edit))
    audit.record(by, "tracking.settings_changed", current_tenant().public_id, at=now, **asdict(edit))


def save_retention(days: Mapping[int, int | None], *, by: User, now: datetime) -> None:
    """Days to keep by event number; None: for good."""
    kept = {name: number for name, number in days.items() if number}
    Retention.objects.exclude(name__in=kept).delete()
    Retention.objects.bulk_create(
        [Retention(name=name, days=number) for name, number in kept.items()],
        update_conflicts=True,
        unique_fields=["tenant", "name"],
        update_fields=["days"],
    )
    audit.record(by, "tracking.retention_changed", current_tenant().public_id, at=now, days=kept)
