"""Versions that a process keeps."""

from datetime import datetime

import pytest

from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from mailing.actions import create_email
from mailing.models import Email, EmailVersion
from mailing.queries.loaded import loaded
from tests.mailing.conftest import DOCUMENT

pytestmark = pytest.mark.django_db


def test_a_number_that_is_given_again_is_another_version(acme: NewWorkspace, mail: Email, now: datetime) -> None:
    with tenant_scope(acme.workspace):
        other = create_email({**DOCUMENT, "name": "別のメール", "subject": "別の件名"}, by=None, now=now)
        first, second = mail.versions.get(), other.versions.get()
        before = loaded({first.pk}, locale="ja")
        EmailVersion.objects.filter(pk__in=[first.pk, second.pk]).delete()
        second.pk = first.pk  # as after a database was restored
        second.save(force_insert=True)

        after = loaded({first.pk}, locale="ja")

    assert [sheet.document.subject for sheet in (before[first.pk], after[first.pk])] == [
        DOCUMENT["subject"],
        "別の件名",
    ]
