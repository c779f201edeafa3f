"""COPY and arrays: values arrive as they were, errors arrive as Django's."""

import io
from contextlib import closing

import psycopg2
import pytest
from django.db import OperationalError, ProgrammingError, connection, transaction

from ma_platform.db import sets, sql

pytestmark = pytest.mark.django_db


def test_copied_values_arrive_as_they_were():
    sets.staging("copied", "name text, tags text[], nothing int, yes boolean")
    rows = [("tab\tand\\back\nline", ['a "b"', "c,d"], None, True)]

    assert sets.copy_into("copied", ("name", "tags", "nothing", "yes"), rows) == 1
    assert sql.run("SELECT * FROM copied").rows == rows


def test_a_copy_that_fails_raises_what_callers_know():
    with pytest.raises(ProgrammingError), transaction.atomic():
        sets.copy_into("no_such_table", ("name",), [("x",)])


class CutOff(io.StringIO):
    """Lines whose reader's database connection is ended while it reads."""

    def read(self, size: int | None = -1) -> str:
        pid = connection.connection.info.backend_pid
        with closing(psycopg2.connect(connection.connection.dsn)) as other, other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        return super().read(size)


def copy_while_the_server_goes_away() -> None:
    with transaction.atomic():
        sets.staging("copied", "name text")
        sets.copy_lines("copied", ("name",), CutOff("x\n" * 100_000))


@pytest.mark.django_db(transaction=True)
def test_a_server_that_goes_away_during_copy_is_an_operational_error():
    with pytest.raises(OperationalError):
        copy_while_the_server_goes_away()
    connection.close()
