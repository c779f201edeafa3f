"""The files the architecture tests speak of, as paths relative to the repository."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

from ma_platform.env import ROOT
from tests.architecture.habits import ROOMS

__all__ = ["ROOT", "modules", "parsed", "sources"]
HOMES = (*ROOMS, "conditions", "ma_platform")


@cache
def modules() -> tuple[Path, ...]:
    """Python modules of the product, without migrations' bodies being special."""
    return tuple(sorted(path.relative_to(ROOT) for home in HOMES for path in (ROOT / home).rglob("*.py")))


@cache
def sources() -> tuple[Path, ...]:
    """Product modules that people write by hand (no migrations), and the tests and benchmarks."""
    product = [path for path in modules() if "migrations" not in path.parts]
    others = [path.relative_to(ROOT) for home in ("tests", "benchmarks") for path in (ROOT / home).rglob("*.py")]
    return tuple(product + sorted(others))


@cache
def parsed(path: Path) -> ast.Module:
    """The module as a tree, read once for everybody who asks."""
    text = (ROOT / path).read_text()
    try:
        return ast.parse(text)
    except SystemError:  # CPython before 3.11.5 miscounts its own depth now and then (gh-106905)
        return ast.parse(text)
