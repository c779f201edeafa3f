"""What the table of addresses is made of: one address, its methods, and who may use them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ma_platform.tenancy.permissions import Capability as C

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


class Anybody(StrEnum):
    """Those for whom no role decides."""

    SIGNED_IN = "whoever is signed in"
    TOKEN = "a stranger with a token or a door id"
    OPEN = "everybody"
    LOCAL = "everybody on this machine, with DEBUG only"


Who = C | Anybody
SIGNED_IN, TOKEN, OPEN, LOCAL = Anybody


@dataclass(frozen=True)
class Row:
    """One address. A method that is None answers 405. `body` is sent with every write, `query` with all."""

    name: str
    args: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, object] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict, kw_only=True)
    GET: Who | None = None
    POST: Who | None = None
    PUT: Who | None = None
    PATCH: Who | None = None
    DELETE: Who | None = None
    json: bool = False
    leads_away: bool = False  # redirects to a customer's page, where the author's link goes

    @property
    def is_api(self) -> bool:
        return self.name.startswith("api:")

    @property
    def methods(self) -> dict[str, Who]:
        """Who may ask, by the methods that are answered."""
        return {method: who for method in METHODS if (who := getattr(self, method)) is not None}
