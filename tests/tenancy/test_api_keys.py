"""Keys of machines: shown once, kept as a hash, ended at once."""

from __future__ import annotations

import re

from django.test import Client

from ma_platform.audit.models import AuditEntry
from ma_platform.tenancy.keys import hash_key
from ma_platform.tenancy.models import ApiKey
from ma_platform.tenancy.scope import tenant_scope

FORM = {"name": "Salesforce", "scopes": ["leads:view"]}


def shown_key(text: str) -> str:
    return re.findall(r"ma_[a-z0-9]{10}_[\w-]{43}", text)[0]


def status(secret: str, path: str = "leads") -> int:
    return Client(headers={"authorization": f"Bearer {secret}"}).get(f"/api/v1/{path}").status_code


def test_a_new_key_is_shown_once_and_works(acme, sign_in):
    client = sign_in()

    secret = shown_key(client.post("/settings/keys/new/", FORM).content.decode())

    assert secret not in client.get("/settings/keys/").content.decode()
    assert (status(secret), status(secret, "deals")) == (200, 403)


def test_only_the_hash_is_kept(acme):
    with tenant_scope(acme.workspace):
        row = ApiKey.objects.values().get()

    assert row["secret_hash"] == hash_key(acme.api_key)
    assert row["prefix"] == acme.api_key[:20]
    assert acme.api_key not in str(row)


def test_a_revoked_key_stops_at_once(acme, sign_in):
    with tenant_scope(acme.workspace):
        public_id = ApiKey.objects.get().public_id
    before = status(acme.api_key)

    sign_in().post(f"/settings/keys/{public_id}/revoke/")

    assert (before, status(acme.api_key)) == (200, 401)
    with tenant_scope(acme.workspace):
        assert AuditEntry.objects.filter(verb="api_key.revoked", subject=public_id).count() == 1


def test_a_key_does_not_open_another_workspace(acme, globex):
    _ma, _code, secret = acme.api_key.split("_", 2)

    assert status(f"ma_{globex.workspace.code}_{secret}") == 401


def test_a_key_without_a_name_or_scope_is_not_made(acme, sign_in):
    answer = sign_in().post("/settings/keys/new/", {"name": ""})

    assert answer.status_code == 422
    with tenant_scope(acme.workspace):
        assert ApiKey.objects.count() == 1


def test_a_session_is_no_key(sign_in):
    assert sign_in().get("/api/v1/leads").status_code == 401


def test_use_is_noted(acme):
    status(acme.api_key)

    with tenant_scope(acme.workspace):
        assert ApiKey.objects.get().last_used_at is not None
