"""Two populated workspaces, committed once per module because the consumers read only what is committed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django.plugin import DjangoDbBlocker

from ma_platform import clock
from ma_platform.tenancy.scope import tenant_scope
from mailing import drafts
from tests.emptying import empty_database
from tests.walls.crawl import Crawler
from tests.walls.foreign import belongings
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


@pytest.fixture(scope="module")
def signed_in(two: Two, django_db_blocker: DjangoDbBlocker) -> Crawler:
    """A session for every role of acme."""
    crawler = Crawler(two[0])
    with django_db_blocker.unblock():
        crawler.sign_in_all()
    return crawler


@pytest.fixture
def crawler(signed_in: Crawler, two: Two, db: None) -> Crawler:
    """Asks as acme; what Valkey must hold is put there, since every test begins with an empty one."""
    for tenant in two:
        with tenant_scope(tenant.made.workspace):
            tenant.ids["draft"] = drafts.keep(f"<p>{tenant.mark}</p>")
    return signed_in


@pytest.fixture(scope="module")
def theirs_before(two: Two, django_db_blocker: DjangoDbBlocker) -> dict[str, str]:
    """What globex owns. Nothing a crawler asks is committed, so it stays so."""
    with django_db_blocker.unblock():
        return belongings(two[1].made.workspace)


@pytest.fixture
def acme_tenant(two: Two) -> Tenant:
    return two[0]


@pytest.fixture
def globex_tenant(two: Two) -> Tenant:
    return two[1]
