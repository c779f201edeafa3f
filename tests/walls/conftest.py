"""Two populated workspaces, committed once per module because the consumers read only what is committed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import dj_database_url
import pytest
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker

from ma_platform import clock
from ma_platform.tenancy.scope import tenant_scope
from mailing import drafts
from tests.emptying import empty_database
from tests.walls.crawl import Crawler
from tests.walls.foreign import Watch
from tests.walls.populated import Tenant, populate

Two = tuple[Tenant, Tenant]


@pytest.fixture(scope="module")
def two(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Two]:
    """acme, who asks, and globex, who must not be noticed. Takes seconds, hence once per module."""
    with django_db_blocker.unblock():
        try:
            now = clock.now()
            yield populate("acmemark", now=now), populate("globexmark", now=now)
        finally:
            empty_database()


@contextmanager
def as_the_web() -> Iterator[None]:
    """This process's connection is one of the web's role, which is walled in one tenant and writes no machinery."""
    login, worker = dj_database_url.parse(os.environ["DATABASE_URL"]), dict(connection.settings_dict)
    connection.close()
    connection.settings_dict.update({name: login[name] for name in ("USER", "PASSWORD")})
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(worker)


@pytest.fixture(scope="module")
def signed_in(two: Two, django_db_blocker: DjangoDbBlocker) -> Iterator[Crawler]:
    """A session for every role of acme. Whatever a module asks from here on, it asks with the web's rights."""
    crawler = Crawler(two[0])
    with as_the_web():
        with django_db_blocker.unblock():
            crawler.sign_in_all()
        yield crawler


@pytest.fixture
def crawler(signed_in: Crawler, two: Two, db: None) -> Crawler:
    """Asks as acme; what Valkey must hold is put there, since every test begins with an empty one."""
    for tenant in two:
        with tenant_scope(tenant.made.workspace):
            tenant.ids["draft"] = drafts.keep(f"<p>{tenant.mark}</p>")
    return signed_in


@pytest.fixture(scope="module")
def over_there(two: Two, django_db_blocker: DjangoDbBlocker) -> Watch:
    """What globex owns. Nothing a crawler asks is committed, so it stays so."""
    with django_db_blocker.unblock():
        return Watch(two[1].made.workspace)


@pytest.fixture
def acme_tenant(two: Two) -> Tenant:
    return two[0]


@pytest.fixture
def globex_tenant(two: Two) -> Tenant:
    return two[1]
