"""Signed identification: the snippets run and agree, wrong hashes are explained, the secret is guarded and changed."""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from leads.proofs import read_claim
from leads.proofs import user_hash as believed_hash
from ma_platform import clock
from ma_platform.audit.models import AuditEntry
from ma_platform.tenancy.permissions import Role
from ma_platform.tenancy.queries import settings_of
from ma_platform.tenancy.scope import tenant_scope
from tests.tracking.collecting import NOW
from tracking.actions import drop_old_secret, rotate_secret
from tracking.signed import judge, snippets, user_hash

SECRET, OLD, WRITE_KEY = "s3cret", "0ld", "wk_acme"
HASH = user_hash(SECRET, "C-1")
RUNS = {
    "python": ([sys.executable], "hash.py"),
    "node": (["node"], "hash.cjs"),
    "php": (["php"], "hash.php"),
    "ruby": (["ruby"], "hash.rb"),
    "go": (["go", "run"], "hash.go"),
    "java": (["java"], "UserHash.java"),
}
NEEDED = {"python", "node"}  # without them there is no `make test`; the others run where they are


def runs_here(language: str) -> bool:
    return language in NEEDED or shutil.which(RUNS[language][0][0]) is not None


@pytest.mark.parametrize(
    "snippet", [one for one in snippets() if runs_here(one.language)], ids=lambda snippet: snippet.language
)
def test_each_snippet_makes_the_hash_that_is_believed(snippet, tmp_path: Path):
    command, name = RUNS[snippet.language]
    (tmp_path / name).write_text(snippet.code + "\n")
    environment = {**os.environ, "IDENTIFY_SECRET": "ひみつ-s3cret", "GOCACHE": str(tmp_path), "GO111MODULE": "off"}

    done = subprocess.run(
        [*command, name, "顧客-1"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )

    made = done.stdout.strip()
    assert made == believed_hash("ひみつ-s3cret", "顧客-1") == user_hash("ひみつ-s3cret", "顧客-1")
    assert read_claim({"user_id": "顧客-1", "user_hash": made}, secret="ひみつ-s3cret").proven_id is True


@pytest.mark.parametrize(
    ("text", "given", "reason"),
    [
        ("C-1", HASH, "right"),
        ("C-1", f" {HASH.upper()}\n", "right"),
        ("C-1", user_hash(OLD, "C-1"), "right_old"),
        ("", HASH, "empty"),
        ("C-1", "", "empty"),
        ("C-1", HASH[:40], "short"),
        ("C-1", "xyz", "not_hex"),
        ("C-1", base64.b64encode(bytes.fromhex(HASH)).decode(), "base64"),
        ("C-1", "35bb9f5c5b5ba4b9b1ecd8ff5d2a8df2a4d1c9ba6f2d0e1d5a1c8b9c0d1e2f3a", "wrong"),
        ("C-1", user_hash(WRITE_KEY, "C-1"), "write_key"),
        ("C-1", user_hash(SECRET, "C-1\n"), "spaces"),
        ("C-1 ", HASH, "spaces"),
        ("Taro@x.example", user_hash(SECRET, "taro@x.example"), "letter_case"),
        ("C-2", HASH, "wrong"),
    ],
)
def test_what_is_wrong_with_a_hash(text, given, reason):
    assert judge(text, given, secret=SECRET, old=OLD, write_key=WRITE_KEY) == reason


def test_a_plain_hash_without_the_secret_is_recognised():
    plain = "9d5ed678fe57bcca610140957afab571"  # MD5 of something
    assert judge("C-1", plain, secret=SECRET) == "short"


def test_the_address_may_be_signed_as_it_was_sent():
    sent = {"traits": {"email": "Taro@X.example"}, "user_hash": user_hash(SECRET, "Taro@X.example")}

    assert read_claim(sent, secret=SECRET).proven_email is True
    assert read_claim({**sent, "traits": {"email": "jiro@x.example"}}, secret=SECRET).proven_email is False


def test_the_old_secret_is_believed_for_a_week(in_acme):
    old = settings_of().identify_secret
    until = rotate_secret(by=in_acme.owner, now=NOW)

    settings = settings_of()
    assert settings.identify_secret != old
    assert until == NOW + timedelta(days=7)
    assert settings.believed_old_secret(now=NOW + timedelta(days=6)) == old
    assert settings.believed_old_secret(now=until) == ""
    claim = {"user_id": "C-1", "user_hash": user_hash(old, "C-1")}
    assert read_claim(claim, secret=settings.identify_secret, old=old).proven_id is True
    assert read_claim(claim, secret=settings.identify_secret).proven_id is False
    assert drop_old_secret(by=in_acme.owner, now=NOW) is True
    assert settings_of().believed_old_secret(now=NOW) == ""


def test_only_those_who_manage_keys_see_the_secret_and_that_is_on_record(acme, sign_in):
    with tenant_scope(acme.workspace):
        secret = settings_of().identify_secret
    marketer, owner = sign_in(Role.MARKETER), sign_in()

    assert secret not in owner.get("/tracking/identify/").content.decode()
    assert marketer.post("/tracking/identify/reveal").status_code == 403
    shown = owner.post("/tracking/identify/reveal")

    assert secret in shown.content.decode()
    assert shown["Cache-Control"] == "no-store"
    with tenant_scope(acme.workspace):
        assert AuditEntry.objects.filter(verb="identify_secret.shown", actor="owner@acme.example").count() == 1


def test_a_hash_is_checked_on_the_page(acme, sign_in):
    with tenant_scope(acme.workspace):
        made = user_hash(settings_of().identify_secret, "C-1")

    right = sign_in().post("/tracking/identify/check", {"text": "C-1", "hash": made})
    wrong = sign_in().post("/tracking/identify/check", {"text": "C-2", "hash": made})

    assert "正しいハッシュです。" in right.content.decode()
    assert "別のユーザーIDで作られています" in wrong.content.decode()


def test_rotating_on_the_page_shows_until_when_the_old_one_works(acme, sign_in):
    assert sign_in().post("/tracking/identify/rotate").status_code == 302

    page = sign_in().get("/tracking/identify/").content.decode()
    assert "前の秘密鍵もまだ使えます" in page
    with tenant_scope(acme.workspace):
        assert settings_of().identify_secret_old_until > clock.now() + timedelta(days=6)
