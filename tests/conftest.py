"""A real Postgres and Valkey, a workspace to work in, and a second one that always watches."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import redis
from django.conf import settings
from django.db import connections
from django.test import Client, TransactionTestCase

from ma_platform.env import ENV, ROOT
from ma_platform.tenancy.models import Membership, User
from ma_platform.tenancy.permissions import Role
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions import create_workspace
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from tests.chromium import browser
from tests.early import WORKER
from tests.emptying import empty_database
from tests.together import ByGroup

__all__ = ["browser"]

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)  # Friday noon in Tokyo


def pytest_configure() -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # Argon2 is slow on purpose
    settings.WHITENOISE_AUTOREFRESH = True  # else every Client reads the whole folder of static files first
    TransactionTestCase._fixture_teardown = empty_database


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByGroup:
    return ByGroup(config, log)


def owner_dsn(database: str) -> str:
    url = os.environ["DATABASE_OWNER_URL"]
    return url.rsplit("/", 1)[0].replace("%2F", "%2f") + "/" + database


@pytest.fixture(scope="session")
def test_database(django_db_blocker: object) -> str:
    """A fresh copy of a migrated template; the template is kept as long as no migration changes."""
    globs = ("*/**/migrations/*.py", "*/veils.py", "ma_platform/tenancy/veils.py")  # what `migrate` makes a database of
    files = sorted({path for one in globs for path in ROOT.glob(one) if ".venv" not in path.parts})
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:12]
    template, copy = f"test_{digest}", f"test_{digest}_{WORKER}"
    with closing(psycopg2.connect(owner_dsn("ma"))) as owner:
        owner.autocommit = True
        with owner.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(1)")
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template])
            if cursor.fetchone() is None:
                migrate(cursor, template)
            cursor.execute("SELECT pg_advisory_unlock(1)")
    copy_database(template, copy)
    return copy


def copy_database(template: str, copy: str) -> None:
    """A database of its own, like `template`, whatever was there before."""
    with closing(psycopg2.connect(owner_dsn("ma"))) as owner:
        owner.autocommit = True
        with owner.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(1)")
            cursor.execute(f'DROP DATABASE IF EXISTS "{copy}" WITH (FORCE)')
            cursor.execute(f'CREATE DATABASE "{copy}" TEMPLATE "{template}"')


@pytest.fixture
def another_database(test_database: str) -> str:
    """An empty migrated database besides the test's own, for processes that the test starts."""
    return spare_database(test_database)


def spare_database(test_database: str) -> str:
    """What `another_database` gives, for fixtures that live longer than a test."""
    copy = f"{test_database}_more"
    copy_database(test_database.removesuffix(f"_{WORKER}"), copy)
    return copy


def template_dsn(test_database: str) -> str:
    """The address of the migrated, empty database that `test_database` is a copy of."""
    return owner_dsn(test_database.removesuffix(f"_{WORKER}"))


def migrate(cursor: object, template: str) -> None:
    """Build the template under another name first, so a failed migration leaves none behind."""
    half = f"{template}_half"
    cursor.execute(f'DROP DATABASE IF EXISTS "{half}" WITH (FORCE)')  # type: ignore[attr-defined]  # a psycopg2 cursor
    cursor.execute(f'CREATE DATABASE "{half}"')  # type: ignore[attr-defined]
    environment = {**os.environ, "DATABASE_OWNER_URL": owner_dsn(half), "MA_PROCESS": "owner"}
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate", "-v0", "--skip-checks"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        pytest.exit(f"migrate failed:\n{done.stdout}{done.stderr}", 2)
    with closing(psycopg2.connect(owner_dsn(half))) as owner, owner, owner.cursor() as inside:
        inside.execute("GRANT TRUNCATE ON ALL TABLES IN SCHEMA public TO ma_worker")  # for the tests' clean-up only
        inside.execute(MONTHS_AROUND, [NOW])
    cursor.execute(f'ALTER DATABASE "{half}" RENAME TO "{template}"')  # type: ignore[attr-defined]


# The log's months as a database made at NOW has them, whenever the tests run.
MONTHS_AROUND = """
    SELECT tracking_ensure_month((date_trunc('month', %s) + step * interval '1 month')::date)
      FROM generate_series(-4, 3) AS step
"""


@pytest.fixture(scope="session")
def django_db_setup(test_database: str) -> Iterator[None]:
    """Point this process, and the processes it starts, at the copy."""
    for name in ("DATABASE_URL", "DATABASE_WORKER_URL", "DATABASE_OWNER_URL"):
        os.environ[name] = os.environ[name].rsplit("/", 1)[0] + "/" + test_database
    connections["default"].settings_dict["NAME"] = test_database
    yield
    connections.close_all()
    shutil.rmtree(ENV.data_dir, ignore_errors=True)


@pytest.fixture(autouse=True)
def clean_valkey() -> None:
    """Every test starts with an empty stream, cache and queue."""
    _valkey(os.environ["REDIS_URL"]).flushdb()


@cache
def _valkey(url: str) -> redis.Redis:
    """One connection for all the flushing."""
    return redis.Redis.from_url(url)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def acme(db: None) -> NewWorkspace:
    """The workspace under test; nothing is in scope yet."""
    return create_workspace(name="アクメ", email="owner@acme.example", password="correct horse battery", now=NOW)


@pytest.fixture
def globex(db: None) -> NewWorkspace:
    """The other tenant, who must never notice anything nor be noticed."""
    return create_workspace(name="Globex", email="owner@globex.example", password="correct horse battery", now=NOW)


@pytest.fixture
def in_acme(acme: NewWorkspace, globex: NewWorkspace) -> Iterator[NewWorkspace]:
    """Run the test inside acme's scope."""
    with tenant_scope(acme.workspace):
        yield acme


@pytest.fixture
def sign_in(acme: NewWorkspace) -> Callable[[Role], Client]:
    """A browser of a member of acme in this role."""

    def signed_in(role: Role = Role.OWNER) -> Client:
        user = acme.owner if role is Role.OWNER else User.objects.create_user(f"{role}@acme.example", "x" * 12)
        if role is not Role.OWNER:
            with tenant_scope(acme.workspace):
                Membership.objects.create(user=user, role=role, created_at=NOW)
        client = Client()
        client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
        return client

    return signed_in


@pytest.fixture
def api(acme: NewWorkspace) -> Client:
    """A client that carries acme's API key."""
    return Client(headers={"authorization": f"Bearer {acme.api_key}"})


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    return tmp_path
