"""What public ids and facts of the log are called. Each room tells the names of its own in its `audited.py`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise

from ma_platform.tenancy.orm import TenantModel

Word = str | Promise


@dataclass(frozen=True, slots=True)
class Named:
    """A thing as members know it; `href` is empty where it has no page."""

    text: str
    href: str = ""


Namer = Callable[[Collection[str]], Mapping[str, Named]]
_namers: dict[str, Namer] = {}
_words: dict[str, list[Callable[[str], Word | None]]] = defaultdict(list)


def names(kind: str) -> Callable[[Namer], Namer]:
    """Decorator: `fn(subjects)` names those that are still there. `kind` is what stands before `_` in the public id."""

    def register(namer: Namer) -> Namer:
        _namers[kind] = namer
        return namer

    return register


def name_rows(kind: str, model: type[TenantModel], column: str, *, page: str = "") -> None:
    """Things of this kind are rows of `model` under a `public_id`, called by `column`; `page`: the URL name of one."""

    def namer(subjects: Collection[str]) -> Mapping[str, Named]:
        rows = model.objects.filter(public_id__in=subjects).values_list("public_id", column)
        return {one: Named(str(text), reverse(page, args=[one]) if page else "") for one, text in rows}

    _namers[kind] = namer


def name_values(fact: str, find: Callable[[str], Word | None]) -> None:
    """What the values of one fact are called: name_values("role", {"owner": _("Owner")}.get)."""
    _words[fact].append(find)


def kind_of(subject: str) -> str:
    """kind_of("lead_5f0c…") == "lead"; a member is a bare number, a browser is "browser:7"."""
    return "member" if subject.isdecimal() else subject.replace(":", "_", 1).partition("_")[0]


def named(subjects: Collection[str]) -> dict[str, Named]:
    """Those of the subjects that are still there; one query for each kind among them."""
    kinds: dict[str, set[str]] = defaultdict(set)
    for subject in subjects:
        kinds[kind_of(subject)].add(subject)
    found: dict[str, Named] = {}
    for kind, ids in kinds.items():
        if kind in _namers:
            found |= _namers[kind](ids)
    return found


def word_of(fact: str, value: str) -> str:
    """The value of a fact as members call it, else itself."""
    found = (find(value) for find in _words.get(fact, ()))
    return str(next((word for word in found if word is not None), value))


def known_kinds() -> set[str]:
    """The kinds that some room names."""
    return set(_namers)
