"""Habits ruff cannot know, each with a sample that must pass and one that must not."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

Finder = Callable[[ast.Module, Path], Iterator[str]]

ROOMS = ("tracking", "leads", "scoring", "mailing", "connect", "lifecycle", "capture", "nurturing", "reports")
PUBLIC_MODULES = {"actions", "queries", "models", "catalogue", "vocabulary"}
EDGES = {"views", "api", "admin", "tasks", "consumers", "public", "forms", "panels"}
HTTP_CLIENTS = {"requests", "httpx", "urllib3", "aiohttp", "requests_hardened", "http.client", "urllib.request"}
BANNED_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers"}
UNWALLED_ALLOWED = ("ma_platform/tenancy/", "ma_platform/audit/")
LOOPS = (ast.For, ast.AsyncFor, ast.While, ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)


@dataclass(frozen=True)
class Habit:
    """A rule over one module: `find` yields what breaks it."""

    name: str
    find: Finder
    good: str
    bad: str
    at: str = "leads/views.py"


def imported(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """(line, dotted name) of everything the module imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def only_public_modules(tree: ast.Module, path: Path) -> Iterator[str]:
    """Another room is entered through its public modules only."""
    own = path.parts[0]
    for line, name in imported(tree):
        parts = name.split(".")
        foreign = parts[0] in ROOMS and parts[0] != own
        if foreign and path.parts[0] in (*ROOMS, "conditions") and (len(parts) < 2 or parts[1] not in PUBLIC_MODULES):
            yield f"{path}:{line} imports {name}"


def no_save_at_edges(tree: ast.Module, path: Path) -> Iterator[str]:
    """Edges call one action; they persist nothing themselves."""
    if not EDGES & {path.stem, *path.parts}:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "save":
            yield f"{path}:{node.lineno} calls .save() at an edge"


def no_save_in_loops(tree: ast.Module, path: Path) -> Iterator[str]:
    """Many rows are one statement."""
    for loop in ast.walk(tree):
        if not isinstance(loop, LOOPS):
            continue
        for node in ast.walk(loop):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "save":
                yield f"{path}:{node.lineno} calls .save() in a loop"


def no_signals(tree: ast.Module, path: Path) -> Iterator[str]:
    """Control flow is visible: events and consumers, never signals."""
    for line, name in imported(tree):
        if "signals" in name.split("."):
            yield f"{path}:{line} imports {name}"


def no_http_client(tree: ast.Module, path: Path) -> Iterator[str]:
    """There is one outgoing HTTP client."""
    if path.as_posix() == "ma_platform/egress.py":
        return
    for line, name in imported(tree):
        if any(name == client or name.startswith(f"{client}.") for client in HTTP_CLIENTS):
            yield f"{path}:{line} imports {name}"


def no_event_literals(tree: ast.Module, path: Path) -> Iterator[str]:
    """Event names live in the catalogue (JSON documents written out in code are the exception)."""
    if path.as_posix() in CATALOGUES:
        return
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call) or _called(call) not in ("record", "NewFact", "consumes", "accept_fact"):
            continue
        for argument in call.args[:1]:
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                yield f"{path}:{argument.lineno} names the event {argument.value!r} by hand"


CATALOGUES = ("tracking/catalogue.py", "ma_platform/audit/__init__.py")


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def no_app_import_in_migrations(tree: ast.Module, path: Path) -> Iterator[str]:
    """A migration must still run when today's models are gone."""
    if "migrations" not in path.parts:
        return
    for line, name in imported(tree):
        parts = name.split(".")
        if parts[0] in ROOMS and parts[1] in ("models", "actions", "queries", "views"):
            yield f"{path}:{line} imports {name}"


def no_text_built_sql(tree: ast.Module, path: Path) -> Iterator[str]:
    """SQL text is a constant; identifiers go through psycopg2.sql."""
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and _called(call) in ("execute", "run", "typed") and call.args:
            first = call.args[0]
            if isinstance(first, ast.JoinedStr) and re.search(r"\b(SELECT|INSERT|UPDATE|DELETE)\b", ast.unparse(first)):
                yield f"{path}:{call.lineno} builds SQL from an f-string"


def walled_outside_of_sweeps(tree: ast.Module, path: Path) -> Iterator[str]:
    """`everywhere` stands only in functions whose docstring says that they are part of a system sweep."""
    if path.as_posix().startswith(UNWALLED_ALLOWED) or "migrations" in path.parts:
        return
    sweeps = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and _sweeps(node)]
    allowed = {id(inner) for sweep in sweeps for inner in ast.walk(sweep)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr == "everywhere" and id(node) not in allowed:
            yield f"{path}:{node.lineno} uses .everywhere"


def _sweeps(function: ast.FunctionDef) -> bool:
    return "system sweep" in (ast.get_docstring(function) or "").lower()


def no_ordering_in_meta(tree: ast.Module, path: Path) -> Iterator[str]:
    """Lists say how they are sorted."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node.name == "Meta":
            for line in node.body:
                if isinstance(line, ast.Assign) and getattr(line.targets[0], "id", "") == "ordering":
                    yield f"{path}:{line.lineno} orders in Meta"


HABITS = (
    Habit(
        "only public modules",
        only_public_modules,
        "from tracking.actions import record",
        "from tracking.ingest import x",
    ),
    Habit("no save at edges", no_save_at_edges, "leads.edit_lead(lead)", "lead.save()"),
    Habit(
        "no save in loops", no_save_in_loops, "save_all(rows)", "for row in rows:\n    row.save()", "leads/actions.py"
    ),
    Habit(
        "no signals",
        no_signals,
        "from tracking.catalogue import consumes",
        "from django.db.models.signals import post_save",
    ),
    Habit("no HTTP client", no_http_client, "from ma_platform import egress", "import requests"),
    Habit("no event literals", no_event_literals, "record(Event.X, lead=1)", 'record("page_viewed", lead=1)'),
    Habit(
        "no app import in migrations",
        no_app_import_in_migrations,
        "from django.db import migrations",
        "from leads.models import Lead",
        "leads/migrations/0002_x.py",
    ),
    Habit("no SQL from f-strings", no_text_built_sql, 'sql.run("SELECT 1")', 'sql.run(f"SELECT {x}")'),
    Habit("walled outside of sweeps", walled_outside_of_sweeps, "Lead.objects.all()", "Lead.everywhere.all()"),
    Habit("no ordering in Meta", no_ordering_in_meta, "class Meta:\n    pass", "class Meta:\n    ordering = ['id']"),
)
