"""Signed tokens of a mail: pixel, links, unsubscribe, landing. Pure; a read needs the secret and no database.

A *ticket* names workspace, lead, message, e-mail and moment in 48 bytes: all that a fact needs, so none is lost
while the database is away. One HMAC-SHA256 per message gives 32 bytes:
the first half signs the tracking ticket, the second half the unsubscribe ticket, so that whoever learns one (a landing
page sees the first) cannot make the other. The ids inside are masked with a keystream taken from the signature:
a recipient cannot read how many mails or leads a workspace has.

A *link part* carries its destination, signed for one workspace and e-mail when the mail is loaded:
`/c/<ticket>.<link part>` costs nothing per recipient and can never lead anywhere its author did not write.
"""

import hmac
import re
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b, sha256

MAC_BYTES = 16
IDS = struct.Struct(">IQI16s16s")
LANDING = struct.Struct(">IQ16sI")
MESSAGE, EMAIL = "msg_", "eml_"
TOKEN = re.compile(r"[A-Za-z0-9_-]{1,4096}\Z")
TARGET = re.compile(r"https?://[^\s/?#@\\\[\]]+(?:[/?#]|\Z)", re.IGNORECASE)
LANDING_LIFE_SECONDS = 30 * 60
MAX_URL = 3_000  # its token must stay one that TOKEN lets in, or the link would lead nowhere


class BadToken(Exception):
    """The token was not made by us, was changed, or is too old. The edges answer 404, never a reason."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """Which message of whom: public ids `msg_…` and `eml_…`; `sent_at` in unix seconds."""

    tenant_id: int
    lead_id: int
    message: str
    email: str
    sent_at: int

    def packed(self) -> bytes:
        """The 48 bytes that are signed."""
        return IDS.pack(self.tenant_id, self.lead_id, self.sent_at, _raw_id(self.message), _raw_id(self.email))

    @classmethod
    def unpacked(cls, ids: bytes) -> "Ticket":
        """Read back what `packed` made."""
        tenant_id, lead_id, sent_at, message, email = IDS.unpack(ids)
        return cls(tenant_id, lead_id, MESSAGE + message.hex(), EMAIL + email.hex(), sent_at)


@dataclass(frozen=True, slots=True)
class Tickets:
    """Both tokens of one message: `track` for pixel and links, `refuse` for the unsubscribe page."""

    track: str
    refuse: str


@dataclass(frozen=True, slots=True)
class Landing:
    """Who arrived on a landing page, read from its `ma_c` parameter."""

    tenant_id: int
    lead_id: int
    message: str
    clicked_at: int


class Signer:
    """Makes tokens with the first secret, reads tokens of all of them (rotation)."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._keys = [_Keys.of(secret) for secret in secrets]

    def tickets(self, ticket: Ticket) -> Tickets:
        """Both tokens for one HMAC."""
        keys = self._keys[0]
        ids = ticket.packed()
        mac = hmac.digest(keys.ticket, ids, "sha256")
        return Tickets(_seal(keys.mask, mac[:MAC_BYTES], ids), _seal(keys.mask, mac[MAC_BYTES:], ids))

    def link_part(self, tenant_id: int, email: str, url: str) -> str:
        """The signed destination. Raises ValueError unless `url` is absolute http(s) with a plain host."""
        if not is_target(url):
            raise ValueError(url)
        raw = url.encode()
        return _text(_link_mac(self._keys[0].link, tenant_id, email, raw) + raw)

    def read_track(self, token: str) -> Ticket:
        """The ticket of `/o/`. Raises BadToken."""
        return self._open(token, half=0)[0]

    def read_refuse(self, token: str) -> Ticket:
        """The ticket of `/u/`; never expires. Raises BadToken."""
        return self._open(token, half=1)[0]

    def read_click(self, token: str) -> tuple[Ticket, str]:
        """Ticket and destination of `/c/`. Raises BadToken."""
        head, dot, tail = token.partition(".")
        if not dot:
            raise BadToken
        ticket, keys = self._open(head, half=0)
        raw = _bytes(tail)
        mac, url = raw[:MAC_BYTES], raw[MAC_BYTES:]
        if not hmac.compare_digest(mac, _link_mac(keys.link, ticket.tenant_id, ticket.email, url)):
            raise BadToken
        return ticket, _target(url)

    def landing(self, ticket: Ticket, *, at: int) -> str:
        """The `ma_c` value added to a landing address; `at` in unix seconds, readable for half an hour."""
        keys = self._keys[0]
        ids = LANDING.pack(ticket.tenant_id, ticket.lead_id, _raw_id(ticket.message), at)
        return _seal(keys.mask, hmac.digest(keys.landing, ids, "sha256")[:MAC_BYTES], ids)

    def read_landing(self, token: str, *, now: int) -> Landing:
        """Raises BadToken when forged or older than half an hour: a shared address must not bind a stranger."""
        for keys in self._keys:
            mac, ids = _unseal(keys.mask, token, LANDING.size)
            if hmac.compare_digest(mac, hmac.digest(keys.landing, ids, "sha256")[:MAC_BYTES]):
                tenant_id, lead_id, message, clicked_at = LANDING.unpack(ids)
                if abs(now - clicked_at) <= LANDING_LIFE_SECONDS:
                    return Landing(tenant_id, lead_id, MESSAGE + message.hex(), clicked_at)
        raise BadToken

    def _open(self, token: str, *, half: int) -> tuple[Ticket, "_Keys"]:
        start = half * MAC_BYTES
        for keys in self._keys:
            mac, ids = _unseal(keys.mask, token, IDS.size)
            right = hmac.digest(keys.ticket, ids, "sha256")[start : start + MAC_BYTES]
            if hmac.compare_digest(mac, right):
                return Ticket.unpacked(ids), keys
        raise BadToken


def is_target(url: str) -> bool:
    """An address a mail may link to: absolute http(s), a named host, no user part, no space, at most MAX_URL long."""
    return len(url) <= MAX_URL and TARGET.match(url) is not None and not any(ord(char) < 33 for char in url)


@dataclass(frozen=True, slots=True)
class _Keys:
    ticket: bytes
    link: bytes
    landing: bytes
    mask: bytes

    @classmethod
    def of(cls, secret: str) -> "_Keys":
        root = sha256(secret.encode()).digest()
        return cls(
            *(hmac.digest(root, b"mailing." + use, "sha256") for use in (b"ticket", b"link", b"landing", b"mask"))
        )


def _raw_id(public_id: str) -> bytes:
    return bytes.fromhex(public_id[4:])


def _link_mac(key: bytes, tenant_id: int, email: str, url: bytes) -> bytes:
    return hmac.digest(key, struct.pack(">Q", tenant_id) + _raw_id(email) + url, "sha256")[:MAC_BYTES]


def _seal(mask: bytes, mac: bytes, ids: bytes) -> str:
    return _text(mac + _masked(mask, mac, ids))


def _unseal(mask: bytes, token: str, size: int) -> tuple[bytes, bytes]:
    raw = _bytes(token)
    if len(raw) != MAC_BYTES + size:
        raise BadToken
    mac = raw[:MAC_BYTES]
    return mac, _masked(mask, mac, raw[MAC_BYTES:])


def _masked(mask: bytes, mac: bytes, ids: bytes) -> bytes:
    size = len(ids)
    stream = blake2b(mac, key=mask, digest_size=size).digest()
    return (int.from_bytes(ids, "big") ^ int.from_bytes(stream, "big")).to_bytes(size, "big")


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(token: str) -> bytes:
    if not TOKEN.match(token) or len(token) % 4 == 1:
        raise BadToken
    return urlsafe_b64decode(token + "=" * (-len(token) % 4))


def _target(raw: bytes) -> str:
    try:
        url = raw.decode()
    except UnicodeDecodeError as error:
        raise BadToken from error
    if not is_target(url):
        raise BadToken
    return url
