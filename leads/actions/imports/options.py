"""What a member decides about a file before it is read for good, checked against its kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from leads.actions.imports.kinds import KINDS, ImportField, ImportKind, Order
from leads.actions.imports.onto_list import find_list
from leads.merging import Rules
from leads.models import Consent, Import
from leads.queries.sensitive import withheld_of
from leads.topics import TOPICS
from ma_platform.errors import DomainError
from ma_platform.tenancy.scope import current_tenant

Json = dict[str, Any]  # Any: JSON
TEXT_LIMIT = 500


class ImportRefused(DomainError):
    """A file, or what is asked about it, cannot be taken: `reason` is a sentence."""

    code = "import_refused"
    message = _("%(reason)s")


@dataclass(frozen=True, slots=True)
class Options:
    """`mapping`: {column: field}; `policy`: {field: policy}; `constants`: {field: text} where a row says nothing.

    `erase`: blank cells empty what is known. `basis` and `topic` come together, or not at all. `list`: the public id of
    the list the people go onto.
    """

    mapping: Mapping[str, str]
    policy: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    basis: str = ""
    topic: str = ""
    evidence: str = ""
    erase: bool = False
    profile: str = ""
    list: str = ""

    @classmethod
    def of(cls, stated: Mapping[str, Any]) -> Options:  # Any: JSON
        """From stored or posted JSON. Raises ImportRefused for another shape."""
        texts: Json = {name: stated.get(name) or "" for name in ("basis", "topic", "evidence", "profile", "list")}
        tables: Json = {name: stated.get(name) or {} for name in ("mapping", "policy", "constants")}
        for table in tables.values():
            if not isinstance(table, Mapping) or not all(isinstance(one, str) for one in (*table, *table.values())):
                raise ImportRefused(reason=_("mapping, policy and constants are objects of texts."))
        if not all(isinstance(text, str) and len(text) <= TEXT_LIMIT for text in texts.values()):
            raise ImportRefused(reason=_("basis, topic and evidence are texts of at most 500 characters."))
        return cls(**tables, **texts, erase=stated.get("erase") is True)

    def as_json(self) -> Json:
        return {
            "mapping": dict(self.mapping),
            "policy": dict(self.policy),
            "constants": dict(self.constants),
            "basis": self.basis,
            "topic": self.topic,
            "evidence": self.evidence,
            "erase": self.erase,
            "profile": self.profile,
            "list": self.list,
        }


def kind_of(key: str) -> ImportKind:
    """The kind of this key. Raises ImportRefused."""
    if key not in KINDS:
        raise ImportRefused(reason=_("There is no such kind of file."))
    return KINDS[key]


def check(options: Options, kind: ImportKind, headers: Sequence[str]) -> None:
    """Raise ImportRefused for what this file or kind does not have."""
    fields = {one.key: one for one in kind.fields()}
    _check_columns(options, fields, headers)
    _check_seen(options, kind, fields)
    mapped = {*options.mapping.values(), *options.constants}
    for group in kind.needs:
        if not mapped & set(group):
            names = " / ".join(str(fields[key].label) for key in group if key in fields)
            raise ImportRefused(reason=_("Choose a column for: %(fields)s") % {"fields": names})
    for key, policy in options.policy.items():
        if key in fields and fields[key].policies and policy not in fields[key].policies:
            raise ImportRefused(reason=_("%(field)s cannot be merged in this way.") % {"field": fields[key].label})
    _check_basis(options, kind)
    if options.list and (not kind.asks_basis or find_list(options.list) is None):
        raise ImportRefused(reason=_("There is no such list."))


def _check_columns(options: Options, fields: Mapping[str, ImportField], headers: Sequence[str]) -> None:
    unknown = [heading for heading in options.mapping if heading not in headers]
    if unknown:
        raise ImportRefused(reason=_("The file has no column “%(name)s”.") % {"name": unknown[0][:80]})
    strange = [key for key in (*options.mapping.values(), *options.constants, *options.policy) if key not in fields]
    if strange:
        raise ImportRefused(reason=_("There is no field “%(name)s”.") % {"name": strange[0][:80]})


def _check_seen(options: Options, kind: ImportKind, fields: Mapping[str, ImportField]) -> None:
    """Who does not see a field does not fill it either, nor find people by it (`lead_email`)."""
    subject = "company" if kind.key == "companies" else "lead"
    asked = {name.removeprefix("lead_"): name for name in (*options.mapping.values(), *options.constants)}
    for name in sorted(withheld_of(asked, subject)):
        label = fields[asked[name]].label
        raise ImportRefused(reason=_("%(field)s is not shown to you, so no file can fill it.") % {"field": label})


def _check_basis(options: Options, kind: ImportKind) -> None:
    if bool(options.basis) != bool(options.topic) or (options.basis and not kind.asks_basis):
        raise ImportRefused(reason=_("A basis for mail needs its topic, and a topic its basis."))
    if options.basis and (options.basis not in Consent.Basis.values or not _is_topic(options.topic)):
        raise ImportRefused(reason=_("There is no such basis or topic for mail."))


def _is_topic(topic: str) -> bool:
    return topic in TOPICS or (0 < len(topic) <= 100 and topic.replace("_", "").replace("-", "").isalnum())


def order_of(transfer: Import, *, now: datetime, dry: bool = False) -> Order:
    """What the kind is told with every chunk."""
    options = Options.of(transfer.options)
    source = f"import:{transfer.public_id}"
    evidence = {"source": source, "file": transfer.file_name, "note": options.evidence}
    return Order(
        source=source,
        rules=Rules(default="overwrite", fields=dict(options.policy), erase=options.erase),  # type: ignore[arg-type]  # checked by `check`
        by=transfer.by,
        now=now,
        zone=ZoneInfo(current_tenant().timezone),
        basis=options.basis,
        topic=options.topic,
        evidence=evidence,
        dry=dry,
        list=options.list,
    )
