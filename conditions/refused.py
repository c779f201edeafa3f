"""Why a condition is not acceptable: a path into the JSON, the key of a reason, facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from ma_platform.errors import Refused

REASONS = {
    "shape": _("expected %(expected)s"),
    "empty": _("must not be empty"),
    "unknown_key": _("“%(key)s” has no meaning here"),
    "missing_key": _("“%(key)s” is missing"),
    "one_of": _("exactly one of all, any, not, field, event, segment, flow or account is needed"),
    "unknown_field": _("there is no field “%(key)s”"),
    "unknown_event": _("there is no event “%(key)s”"),
    "unknown_op": _("there is no operator “%(key)s”"),
    "op_kind": _("the operator “%(op)s” does not fit the field “%(field)s”"),
    "choice": _("“%(value)s” is not one of the choices"),
    "unknown_place": _("“unknown” belongs to negative operators only"),
    "exact_place": _("“exact” belongs to text only"),
    "too_deep": _("nested deeper than %(limit)s levels"),
    "too_many": _("more than %(limit)s parts"),
    "too_long": _("longer than %(limit)s characters"),
    "too_large": _("outside the range that can be compared"),
    "characters": _("contains characters that cannot be stored"),
    "backwards": _("the first value is greater than the second"),
    "pattern": _("not a pattern that can be searched safely: %(detail)s"),
    "where_only": _("events, memberships and colleagues cannot be asked about inside an event's filter"),
    "not_countable": _("“%(key)s” cannot be summed"),
    "unknown_member": _("there is no “%(key)s” here"),
    "withheld": _("the field “%(field)s” is not shown to you, so nothing can be asked about it"),
    "not_yet": _("not yet available: %(what)s"),
}


@dataclass(frozen=True)
class Reason:
    """`str()` says it in the active language."""

    key: str
    facts: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return str(REASONS[self.key]) % self.facts


class ConditionRefused(Refused):
    """The condition cannot be read, or cannot be compiled. `path` as in `/all/1/value`; `why` is a key of REASONS."""

    code = "condition_refused"

    def __init__(self, why: str, *, path: str, **facts: object) -> None:
        super().__init__(path=path, reason=Reason(why, facts))
        self.why = why
