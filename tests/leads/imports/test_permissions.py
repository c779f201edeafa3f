"""A basis chosen for a file beside the refusals that stand in it: a refusal wins, wherever its row stands."""

from datetime import timedelta

import pytest

from leads.actions.imports import advance, ask_run, steps
from leads.models import Lead
from leads.queries.permission import mailable
from tests.leads.imports.filing import checked, finished, imported, text_of, uploaded

HEADER = ["email", "姓", "配信停止"]
NO, YES = ["taro@yamada.example", "山田", "はい"], ["taro@yamada.example", "山田", ""]
OTHER = ["b@example.com", "鈴木", ""]


def standing() -> dict[str, tuple[str | None, bool]]:
    """{address: (basis for newsletters, whether refused)}"""
    people = dict(Lead.objects.values_list("pk", "email_key"))
    return {people[pk]: (one.basis, one.refused) for pk, one in mailable(list(people), "newsletter").items()}


@pytest.mark.parametrize("basis", ["consent", "business_card", "relationship", "published"])
def test_a_row_that_refuses_gets_no_basis_from_its_own_file(in_acme, now, basis):
    content = text_of([HEADER, NO, OTHER]).encode()

    transfer = imported(content, by=in_acme.owner, now=now, basis=basis, topic="newsletter")

    assert standing() == {"taro@yamada.example": (None, True), "b@example.com": (basis, False)}
    assert transfer.report["notes"] == {"withheld": 1}


@pytest.mark.parametrize("rows", [[NO, YES], [YES, NO]], ids=["refused_first", "refused_last"])
@pytest.mark.parametrize("chunk", [1, 2_000], ids=["apart", "together"])
def test_a_refusal_in_another_row_of_the_file_counts_as_well(in_acme, now, monkeypatch, rows, chunk):
    monkeypatch.setattr(steps, "CHUNK", chunk)
    content = text_of([HEADER, *rows, OTHER]).encode()

    imported(content, by=in_acme.owner, now=now, basis="consent", topic="newsletter")

    assert standing() == {"taro@yamada.example": (None, True), "b@example.com": ("consent", False)}


@pytest.mark.parametrize("rows", [[NO, YES], [YES, NO]], ids=["refused_first", "refused_last"])
def test_whose_basis_is_withheld_is_counted_once(in_acme, now, rows):
    content = text_of([HEADER, *rows, OTHER]).encode()

    transfer = imported(content, by=in_acme.owner, now=now, basis="consent", topic="newsletter")

    assert transfer.report["notes"] == {"withheld": 1}


def test_a_refusal_in_a_later_chunk_counts_although_the_clock_of_its_worker_is_behind(in_acme, now, monkeypatch):
    monkeypatch.setattr(steps, "CHUNK", 1)
    content = text_of([HEADER, YES, NO]).encode()
    transfer = checked(uploaded(content, by=in_acme.owner, now=now), now=now, basis="consent", topic="newsletter")
    ask_run(transfer.public_id, by=in_acme.owner, now=now)
    advance(transfer.pk, now=now + timedelta(seconds=1))

    finished(transfer, now=now)

    assert standing() == {"taro@yamada.example": (None, True)}
