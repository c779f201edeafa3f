"""A file of people from upload to its last row: what is said first is what happens, and nothing happens twice."""

from datetime import datetime
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from psycopg2.sql import SQL, Identifier

from leads.actions import ConsentInput, LeadInput, Upserted, record_consent, upsert_lead
from leads.actions.imports import ImportRefused, Options, advance, ask_check, ask_run, error_file, steps
from leads.models import Company, Consent, Import, ImportedRow, Lead, LeadTag
from leads.queries.history import past_values
from ma_platform.db import sql
from tests.conftest import NOW
from tests.leads.imports.filing import CARDS, checked, counts, finished, imported, text_of, uploaded, workbook
from tracking import catalogue
from tracking.models import Event

CP932 = text_of(CARDS).encode("cp932")


def person(email: str = "taro@yamada.example", **said: Any) -> Upserted:
    return upsert_lead(LeadInput(email=email, **said), by=None, now=NOW)


def test_the_columns_of_a_card_list_are_understood(in_acme, now):
    transfer = uploaded(CP932, by=in_acme.owner, now=now)

    assert transfer.reading["encoding"] == "cp932"
    assert transfer.options["mapping"] == {
        "会社名": "company",
        "部署名": "department",
        "役職": "job_title",
        "姓": "last_name",
        "名": "first_name",
        "メールアドレス": "email",
        "電話番号": "phone",
        "タグ": "tags",
    }


def test_a_dry_run_says_what_happens_and_writes_nothing(in_acme, now):
    person(job_title="課長")

    transfer = checked(uploaded(CP932, by=in_acme.owner, now=now), now=now)

    assert transfer.state == "checked"
    assert counts(transfer.report) == (2, 1, 0, 0, 0)
    assert transfer.report["fields"]["job_title"] == 1
    assert (Lead.objects.count(), Company.objects.count(), LeadTag.objects.count()) == (1, 0, 0)


def test_the_run_does_what_the_dry_run_said(in_acme, now):
    transfer = imported(CP932, by=in_acme.owner, now=now)

    assert transfer.state == "done"
    assert counts(transfer.report) == (3, 0, 0, 0, 0)
    lead = Lead.objects.select_related("company").get(email_key="hanako@takasaki.example")
    assert (lead.last_name, lead.company.name, lead.department) == ("髙﨑", "㈱髙﨑商会", "営業①課")
    past = past_values(lead)
    assert [[one.source for one in values] for values in past.values()] == [[f"import:{transfer.public_id}"]] * 8


def test_the_same_file_again_changes_nothing(in_acme, now):
    imported(CP932, by=in_acme.owner, now=now, basis="business_card", topic="newsletter")
    before = everything()

    again = imported(CP932, by=in_acme.owner, now=now, basis="business_card", topic="newsletter")

    assert counts(again.report) == (0, 0, 3, 0, 0)
    assert everything() == before


def test_a_person_twice_in_a_file_is_one_and_is_counted(in_acme, now):
    rows = [*CARDS, [*CARDS[2][:5], "TARO@yamada.example", "06-9876-5432", ""]]

    transfer = imported(text_of(rows).encode(), by=in_acme.owner, now=now)

    assert counts(transfer.report) == (3, 0, 0, 1, 0)
    assert transfer.report["expected"]["duplicates"] == 1
    assert Lead.objects.get(email_key="taro@yamada.example").phone == "06-9876-5432"


@pytest.mark.parametrize(
    ("policy", "title", "tags"),
    [("overwrite", "部長", 2), ("fill", "係長", 2), ("never", "係長", 2)],
)
def test_each_column_follows_its_policy(in_acme, now, policy, title, tags):
    person(job_title="係長")

    imported(CP932, by=in_acme.owner, now=now, policy={"job_title": policy})

    lead = Lead.objects.get(email_key="taro@yamada.example")
    assert (lead.job_title, LeadTag.objects.filter(lead=lead).count()) == (title, tags)


def test_a_blank_cell_empties_a_field_only_when_asked(in_acme, now):
    content = text_of([["email", "job_title"], ["taro@yamada.example", ""]]).encode()
    person(job_title="係長")

    imported(content, by=in_acme.owner, now=now)
    assert Lead.objects.get().job_title == "係長"

    imported(content, by=in_acme.owner, now=now, erase=True)
    assert Lead.objects.get().job_title == ""


def test_the_basis_is_kept_with_its_evidence(in_acme, now):
    transfer = imported(
        CP932, by=in_acme.owner, now=now, basis="business_card", topic="newsletter", evidence="展示会ブース"
    )

    line = Consent.objects.filter(lead__email_key="taro@yamada.example").get()
    assert (line.state, line.basis, line.topic) == ("granted", "business_card", "newsletter")
    assert line.evidence == {"source": f"import:{transfer.public_id}", "file": "cards.csv", "note": "展示会ブース"}


def test_a_basis_alone_is_a_change_that_judgements_hear_of(in_acme, now):
    imported(CP932, by=in_acme.owner, now=now)
    Event.objects.all().delete()

    imported(CP932, by=in_acme.owner, now=now, basis="business_card", topic="newsletter")

    said = Event.objects.filter(name=catalogue.Event.LEAD_UPDATED).values_list("props__fields", flat=True)
    assert list(said) == [["consent"]] * 3


@pytest.mark.parametrize("basis", ["consent", "business_card", "relationship", "published"])
@pytest.mark.parametrize("topic", ["newsletter", "*"])
def test_an_import_never_lifts_a_refusal(in_acme, now, basis, topic):
    lead = person()
    record_consent([ConsentInput(lead.lead_id, topic, "refused")], now=now)

    transfer = imported(CP932, by=in_acme.owner, now=now, basis=basis, topic="newsletter")

    assert transfer.report["notes"] == {"withheld": 1}
    assert Consent.objects.filter(lead_id=lead.lead_id).count() == 1


def test_a_file_may_add_a_refusal(in_acme, now):
    content = text_of([["email", "配信停止"], ["taro@yamada.example", "はい"], ["b@example.com", "いいえ"]]).encode()

    imported(content, by=in_acme.owner, now=now)

    assert list(Consent.objects.values_list("lead__email_key", "topic", "state")) == [
        ("taro@yamada.example", "*", "refused")
    ]


def test_refused_rows_come_back_as_a_file_that_can_be_mended(in_acme, now):
    rows = [
        *CARDS,
        ["悪い会社", "", "", "誤", "字", "goji@bad,example", "00", ""],
        ["無名", "", "", "無", "名", "", "", ""],
    ]
    transfer = imported(text_of(rows).encode(), by=in_acme.owner, now=now)

    errors = b"".join(error_file(transfer)).decode("utf-8-sig")

    assert transfer.report["rejected"] == 2
    assert not Company.objects.filter(name__in=["悪い会社", "無名"]).exists()  # nobody of them was taken
    assert "goji@bad.example" in errors
    mended = errors.replace("goji@bad,example", "goji@bad.example").replace(",00,", ",03-1234-5678,")
    again = imported(mended.encode(), by=in_acme.owner, now=now)
    assert counts(again.report) == (1, 0, 0, 0, 1)


def test_a_step_that_dies_is_done_again_and_nothing_is_doubled(in_acme, now, monkeypatch):
    monkeypatch.setattr(steps, "CHUNK", 2)
    transfer = checked(uploaded(CP932, by=in_acme.owner, now=now), now=now)
    ask_run(transfer.public_id, by=in_acme.owner, now=now)
    advance(transfer.pk, now=now)
    with monkeypatch.context() as patch:
        patch.setattr(steps, "_move_on", die)
        with pytest.raises(Killed):
            advance_alone(transfer, now)

    done = finished(transfer, now=now)

    assert counts(done.report) == (3, 0, 0, 0, 0)
    assert (done.handled, Lead.objects.count(), ImportedRow.objects.count()) == (3, 3, 3)


def test_what_the_file_lacks_is_asked_for(in_acme, now):
    transfer = uploaded(text_of([["氏名"], ["山田 太郎"]]).encode(), by=in_acme.owner, now=now)

    with pytest.raises(ImportRefused):
        checked(transfer, now=now)


def test_unreadable_characters_refuse_their_row_only(in_acme, now):
    content = CP932.replace("開発部".encode("cp932"), b"\x81\xff\xfe")
    transfer = imported(content, by=in_acme.owner, now=now)

    assert (transfer.report["new"], transfer.report["reasons"]) == (2, {"unreadable": 1})


class Killed(BaseException):
    """The worker is gone."""


@transaction.atomic
def advance_alone(transfer: Import, now: datetime) -> None:
    advance(transfer.pk, now=now)


def die(*args: object) -> None:
    raise Killed


def everything() -> dict[str, str | None]:
    """Every row that people's pages are made of."""
    return {name: sql.run(SQL(DIGEST).format(Identifier(name))).value() for name in TABLES}


TABLES = ("leads_lead", "leads_company", "leads_leadtag", "leads_fieldhistory", "leads_consent", "tracking_event")
DIGEST = "SELECT md5(string_agg(one::text, ',' ORDER BY one::text)) FROM {} AS one WHERE tenant_id = %(tenant_id)s"


@pytest.mark.parametrize("packed", [False, True], ids=["csv", "xlsx"])
def test_looking_at_a_file_and_laying_it_out_say_something_to_the_database_now_and_then(
    in_acme, now, packed: bool, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("ma_platform.db.awake.SAYS_EVERY", 0)
    monkeypatch.setattr("ma_platform.db.awake.BLOCK", 512)
    rows = [["email"], *([f"p{number}@x.example"] for number in range(200))]
    content = workbook(rows) if packed else text_of(rows).encode()

    with CaptureQueriesContext(connection) as seen:
        transfer = uploaded(content, by=in_acme.owner, now=now)
    ask_check(transfer.public_id, Options.of(transfer.options), now=now)
    with CaptureQueriesContext(connection) as laid_out:
        advance(transfer.pk, now=now)

    assert [any(query["sql"] == "SELECT 1" for query in said) for said in (seen, laid_out)] == [True, True]
