"""One direction of travel: between rooms, inside rooms, and between tables."""

import subprocess
import sys
from pathlib import Path

from django.apps import apps
from django.db import connection

from ma_platform.env import ROOT
from tests.architecture.habits import ROOMS, imported
from tests.architecture.tree import modules, parsed

HEIGHT = {
    name: height
    for height, names in enumerate(
        [
            ("contenttypes", "auth", "sessions", "tenancy", "account", "messages"),
            ("audit", "api", "ui", "workspaces"),
            ("tracking",),
            ("leads",),
            ("scoring", "mailing", "connect"),
            ("lifecycle", "capture"),
            ("nurturing",),
            ("reports",),
        ]
    )
    for name in names
}
INNER = [
    {"urls", "api_urls", "public_urls", "apps"},
    {"views", "api", "admin", "tasks", "consumers", "public", "panels", "births"},
    {"forms", "serializers"},
    {"actions"},
    {"queries", "vocabulary"},
    {"models"},
]


def test_import_layers_hold():
    done = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout[-3000:]


def test_the_import_contract_has_no_exceptions():
    text = (ROOT / ".importlinter").read_text()

    assert "ignore_imports" not in text


def test_no_foreign_key_points_upwards():
    upward = [
        f"{model._meta.label}.{field.name} -> {field.related_model._meta.label}"
        for model in apps.get_models()
        for field in model._meta.local_fields
        if field.is_relation and HEIGHT[field.related_model._meta.app_label] > HEIGHT[model._meta.app_label]
    ]

    assert upward == []


def test_inside_a_room_imports_go_down():
    upward = [
        f"{path}:{line} imports {name}"
        for path in modules()
        if path.parts[0] in ROOMS and _rank(path.with_suffix("").parts[1]) < len(INNER)
        for line, name in imported(parsed(path))
        if name.startswith(f"{path.parts[0]}.") and _rank(name.split(".")[1]) < _rank(path.with_suffix("").parts[1])
    ]

    assert upward == []


def test_pure_modules_do_not_know_django():
    known = {name for layer in INNER for name in layer} | {"migrations", "management", "demo", "backend", "__init__"}
    pure_by_name = {
        "rules",
        "engine",
        "graph",
        "policy",
        "identity",
        "document",
        "template",
        "tokens",
        "names",
        "titles",
        "spam",
    }
    knowing = [
        f"{path}:{line} imports {name}"
        for path in modules()
        if path.parts[0] in ROOMS and path.stem in pure_by_name - known
        for line, name in imported(parsed(path))
        if name.startswith(("django.db", "rest_framework"))
    ]

    assert knowing == []


def test_the_driver_is_psycopg2():
    assert connection.Database.__name__ == "psycopg2"


def _rank(module: str) -> int:
    return next((rank for rank, names in enumerate(INNER) if module in names), len(INNER))
