"""The address a form was sent from loses its last part after the workspace's days."""

from __future__ import annotations

from datetime import timedelta

from capture.actions import shorten_addresses
from capture.models import Submission
from ma_platform.db import sql
from ma_platform.tenancy.models import Workspace
from ma_platform.tenancy.scope import tenant_scope
from tests.conftest import NOW
from tracking.models import Settings


def sent(tenant: Workspace, address: str, *, days: int) -> None:
    with tenant_scope(tenant):
        form, version = sql.run(
            "SELECT form_id, id FROM capture_formversion WHERE tenant_id = %(tenant_id)s ORDER BY id LIMIT 1"
        ).one()
        Submission.objects.create(
            token=f"{address}{days}",
            form_id=form,
            version_id=version,
            values={},
            raw={},
            consents={},
            context={"url": "https://acme.jp/", "ip": address},
            verdict="clean",
            submitted_at=NOW - timedelta(days=days),
        )


def contexts(tenant: Workspace) -> list[dict[str, str]]:
    with tenant_scope(tenant):
        return list(Submission.objects.order_by("submitted_at").values_list("context", flat=True))


def test_old_addresses_are_shortened_and_nothing_else_changes(acme):
    sent(acme.workspace, "203.0.113.77", days=92)
    sent(acme.workspace, "2001:db8:1:2::5", days=91)
    sent(acme.workspace, "198.51.100.9", days=89)

    assert shorten_addresses(now=NOW) == 2
    assert contexts(acme.workspace) == [
        {"url": "https://acme.jp/", "ip": "203.0.113.0"},
        {"url": "https://acme.jp/", "ip": "2001:db8:1::"},
        {"url": "https://acme.jp/", "ip": "198.51.100.9"},
    ]
    assert shorten_addresses(now=NOW) == 0


def test_each_workspace_has_its_own_days(acme, globex):
    with tenant_scope(globex.workspace):
        Settings.objects.create(ip_days=10)
    sent(acme.workspace, "203.0.113.77", days=20)
    sent(globex.workspace, "203.0.113.77", days=20)

    assert shorten_addresses(now=NOW) == 1
    assert contexts(acme.workspace)[0]["ip"] == "203.0.113.77"
    assert contexts(globex.workspace)[0]["ip"] == "203.0.113.0"
