"""The one typed reader of the environment; a wrong value stops the start and names the variable."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import TypedDict
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
POSTGRES = ("postgres", "postgresql")
MOST_SHARDS = 32  # of the stream; as many are looked for when there were more before


class WrongSetting(SystemExit):
    """A variable holds a value we cannot work with; ends the process with the reason."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"Environment variable {name}: {reason}")


class Collecting(TypedDict):
    """How events are accepted: `rate` a second and `burst` at once of a workspace, shared by all `processes`.

    Lines that could not be written are kept for `set_aside_days`, the newest `set_aside_lines` of a workspace. Of the
    `event_names` of its own a workspace may have, `event_names_reserved` are for those that somebody vouches for.
    """

    ack_fsync: bool
    tracking_shards: int
    tracking_rate: int
    tracking_burst: int
    collector_processes: int
    set_aside_days: int
    set_aside_lines: int
    event_names: int
    event_names_reserved: int


class Holding(TypedDict):
    """What a workspace may use when it is born, and for how many days it can be brought back when it is given up."""

    closed_days: int
    quotas: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Environment:
    """What the operator decided. Addresses are URLs; `None` means embedded or not used."""

    host: str
    port: int
    data_dir: Path
    database_url: str | None
    database_worker_url: str | None
    database_owner_url: str | None
    database_replica_url: str | None
    redis_url: str | None
    email_url: str
    secret_key: str
    base_url: str
    tracking_host: str
    debug: bool
    workers: int
    web_processes: int
    demo: bool
    egress_allow: tuple[str, ...]
    trusted_proxies: tuple[str, ...]
    ack_fsync: bool
    tracking_shards: int
    tracking_rate: int
    tracking_burst: int
    collector_processes: int
    set_aside_days: int
    set_aside_lines: int
    event_names: int
    event_names_reserved: int
    geoip: Path | None
    network_providers: tuple[str, ...]
    closed_days: int
    quotas: tuple[tuple[str, int], ...]


def read(source: Mapping[str, str]) -> Environment:
    """Parse and check every variable; raises WrongSetting for the first that is wrong."""
    debug = _flag(source, "DEBUG", default=True)
    port = _number(source, "PORT", default=8000, low=1, high=65535)
    host = source.get("HOST", "127.0.0.1")
    base_url = _url(source, "BASE_URL", default=f"http://{_visible(host)}:{port}", schemes=("http", "https"))
    return Environment(
        host=host,
        port=port,
        data_dir=Path(source.get("DATA_DIR", ROOT / "var")).resolve(),
        database_url=_address(source, "DATABASE_URL", POSTGRES),
        database_worker_url=_address(source, "DATABASE_WORKER_URL", POSTGRES),
        database_owner_url=_address(source, "DATABASE_OWNER_URL", POSTGRES),
        database_replica_url=_address(source, "DATABASE_REPLICA_URL", POSTGRES),
        redis_url=_address(source, "REDIS_URL", ("redis", "rediss", "unix")),
        email_url=_email(source, debug=debug),
        secret_key=_secret(source, debug=debug),
        base_url=base_url,
        tracking_host=_url(source, "TRACKING_HOST", default=base_url, schemes=("http", "https")),
        debug=debug,
        workers=_number(source, "WORKERS", default=2, low=1, high=64),
        web_processes=_web_processes(source),
        demo=_flag(source, "DEMO", default=False),
        egress_allow=_parts(source, "EGRESS_ALLOW"),
        trusted_proxies=_networks(source, "TRUSTED_PROXIES"),
        geoip=_atlas(source, "GEOIP"),
        network_providers=_parts(source, "NETWORK_PROVIDERS"),
        **_holding(source),
        **_collecting(source),
    )


def _web_processes(source: Mapping[str, str]) -> int:
    return _number(source, "WEB_PROCESSES", default=1, low=1, high=64)


def _collecting(source: Mapping[str, str]) -> Collecting:
    event_names = _number(source, "EVENT_NAMES", default=500, low=10, high=5_000)
    return Collecting(
        ack_fsync=_flag(source, "ACK_FSYNC", default=False),
        tracking_shards=_number(source, "TRACKING_SHARDS", default=1, low=1, high=MOST_SHARDS),
        tracking_rate=_number(source, "TRACKING_RATE", default=500, low=1, high=1_000_000),
        tracking_burst=_number(
            source, "TRACKING_BURST", default=5_000, low=500, high=10_000_000
        ),  # at least a whole batch
        collector_processes=_number(source, "COLLECTOR_PROCESSES", default=_web_processes(source), low=1, high=1_000),
        set_aside_days=_number(source, "SET_ASIDE_DAYS", default=30, low=1, high=3_650),
        set_aside_lines=_number(source, "SET_ASIDE_LINES", default=10_000, low=1, high=10_000_000),
        event_names=event_names,
        event_names_reserved=_number(
            source, "EVENT_NAMES_RESERVED", default=event_names // 5, low=0, high=event_names - 1
        ),
    )


def _holding(source: Mapping[str, str]) -> Holding:
    closed_days = _number(source, "CLOSED_DAYS", default=14, low=1, high=365)
    return Holding(closed_days=closed_days, quotas=_quotas(source))


def _quotas(source: Mapping[str, str]) -> tuple[tuple[str, int], ...]:
    stated = [part.partition("=") for part in _parts(source, "QUOTAS")]
    for name, _equals, limit in stated:
        if name not in QUOTAS or not limit.isdecimal():
            raise WrongSetting("QUOTAS", f"expected {QUOTAS[0]}=100000 and the like, of {', '.join(QUOTAS)}")
    return tuple((name, int(limit)) for name, _equals, limit in stated)


QUOTAS = ("people", "events_per_month", "mails_per_month", "storage_mb")


def _visible(host: str) -> str:
    return "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 - compared, not bound


def _flag(source: Mapping[str, str], name: str, *, default: bool) -> bool:
    value = source.get(name, "").strip().lower()
    if value in ("", "0", "false", "no", "off", "1", "true", "yes", "on"):
        return default if value == "" else value in ("1", "true", "yes", "on")
    raise WrongSetting(name, f"expected 0 or 1, got {value!r}")


def _number(source: Mapping[str, str], name: str, *, default: int, low: int, high: int) -> int:
    value = source.get(name, "").strip() or str(default)
    if value.isdecimal() and low <= int(value) <= high:
        return int(value)
    raise WrongSetting(name, f"expected a whole number from {low} to {high}, got {value!r}")


def _parts(source: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in source.get(name, "").split(",") if part.strip())


def _networks(source: Mapping[str, str], name: str) -> tuple[str, ...]:
    for part in _parts(source, name):
        try:
            ip_network(part)
        except ValueError:
            raise WrongSetting(name, f"expected addresses or networks with commas between, got {part!r}") from None
    return _parts(source, name)


def _atlas(source: Mapping[str, str], name: str) -> Path | None:
    value = source.get(name, "").strip()
    if not value:
        return None
    path = Path(value).resolve()
    try:
        with path.open("rb") as file:
            file.seek(-min(path.stat().st_size, MMDB_TAIL), os.SEEK_END)
            if MMDB_MARK in file.read():
                return path
    except OSError as error:
        raise WrongSetting(name, f"cannot read {value!r}: {error.strerror}") from None
    raise WrongSetting(name, f"{value!r} is no MMDB file")


# Where the description of an MMDB file begins, within its last 128 KB.
MMDB_MARK, MMDB_TAIL = b"\xab\xcd\xefMaxMind.com", 128 * 1024


def _address(source: Mapping[str, str], name: str, schemes: tuple[str, ...]) -> str | None:
    value = source.get(name, "").strip()
    return _checked(name, value, schemes) if value else None


def _url(source: Mapping[str, str], name: str, *, default: str, schemes: tuple[str, ...]) -> str:
    return _checked(name, source.get(name, "").strip() or default, schemes).rstrip("/")


def _checked(name: str, value: str, schemes: tuple[str, ...]) -> str:
    if urlsplit(value).scheme not in schemes:
        raise WrongSetting(name, f"expected an address starting with {' or '.join(s + '://' for s in schemes)}")
    return value


def _email(source: Mapping[str, str], *, debug: bool) -> str:
    value = source.get("EMAIL_URL", "").strip() or "mailbox://"
    if value.startswith("mailbox:") and not debug:
        raise WrongSetting("EMAIL_URL", "the local mail box is for DEBUG=1 only; name your SMTP server or ESP")
    return _checked("EMAIL_URL", value, ("smtp", "smtps", "smtp+tls", "mailbox", *_ESPS))


_ESPS = ("ses", "postmark", "sendgrid", "mailgun", "mailjet", "brevo", "resend", "sparkpost", "mandrill")


def _secret(source: Mapping[str, str], *, debug: bool) -> str:
    value = source.get("SECRET_KEY", "")
    if len(value) >= 32:
        return value
    if value or not debug:
        raise WrongSetting("SECRET_KEY", "needs at least 32 characters of secret randomness")
    return hashlib.sha256(f"development key of {ROOT}".encode()).hexdigest()


def setting(name: str, parse: Callable[[str], str] = str) -> str | None:
    """A variable that is not part of the contract (set by our own launcher), or None."""
    value = os.environ.get(name)
    return None if value is None else parse(value)


ENV = read(os.environ)
