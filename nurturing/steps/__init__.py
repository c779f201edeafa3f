"""The step types: one file each, found by their names here.

A new type is a file in this folder, its cases in the tests and its panel template; nothing else lists it.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from types import MappingProxyType

from nurturing.steps.contract import Step

NOT_STEPS = frozenset({"contract"})


def load() -> Mapping[str, type[Step]]:
    """Every step type by its word in the document."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__) if module.name not in NOT_STEPS)
    for name in names:
        importlib.import_module(f"{__name__}.{name}")
    return MappingProxyType({kind.type: kind for kind in Step.__subclasses__()})


STEP_TYPES = load()
