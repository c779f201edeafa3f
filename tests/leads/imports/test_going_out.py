"""What was imported goes out as a file that says nothing new when it comes back; only who may see it asks for it."""

from django.core.files.storage import default_storage

from leads.actions import LeadInput, upsert_leads
from leads.actions.exports import KINDS, begin, start_export, write_export, writing
from leads.models import Export, Lead
from tests.conftest import NOW
from tests.leads.imports.filing import counts, imported, text_of
from tracking.models import Event

TOUCHPOINTS = [
    ["メールアドレス", "種別", "日時", "件名", "メモ"],
    ["taro@yamada.example", "展示会", "2026/11/10 10:30", "IT Week 秋", "=製品A"],
    ["taro@yamada.example", "商談", "2026年11月12日 14:00", "", ""],
    ["goro@suzuki.example", "電話", "2026-11-12", "", ""],
]
DEALS = [
    ["商談ID", "商談名", "メールアドレス", "会社名", "金額", "状態", "完了日", "製品", "失注理由"],
    ["D-1", "基幹刷新", "taro@yamada.example", "株式会社山田", "1,200,000", "受注", "2026/11/01", "A;B", ""],
    ["D-2", "保守", "goro@suzuki.example", "", "", "失注", "2026/11/02", "", "価格"],
]


def gone_out(kind: str, *, by, now, **selection) -> bytes:
    export = start_export(selection, columns=KINDS[kind].usual, form="csv", by=by, now=now, kind=kind)
    begin(export.pk)
    write_export(export.pk, now=now)
    return default_storage.open(Export.objects.get(pk=export.pk).path).read()


def test_touchpoints_and_deals_come_back_as_what_is_known(in_acme, now):
    people = [LeadInput(email=email) for email in ("taro@yamada.example", "goro@suzuki.example", "no@body.example")]
    upsert_leads(people, by=None, now=NOW)
    for kind, rows, fresh in (("touchpoints", TOUCHPOINTS, 3), ("deals", DEALS, 2)):
        first = imported(text_of(rows).encode(), by=in_acme.owner, now=now, kind=kind)
        assert first.report["new"] == fresh, first.report

        file = gone_out(kind, by=in_acme.owner, now=now)
        again = imported(file, by=in_acme.owner, now=now, kind=kind)

        assert len(file.decode("utf-8-sig").splitlines()) == fresh + 1
        assert counts(again.report) == (0, 0, fresh, 0, 0), (file.decode(), again.report)


def test_only_the_deals_of_a_state_and_only_the_touchpoints_of_whom_was_picked(in_acme, now):
    upsert_leads([LeadInput(email=row[0]) for row in TOUCHPOINTS[1:]], by=None, now=NOW)
    imported(text_of(TOUCHPOINTS).encode(), by=in_acme.owner, now=now, kind="touchpoints")
    imported(text_of(DEALS).encode(), by=in_acme.owner, now=now, kind="deals")

    lost = gone_out("deals", by=in_acme.owner, now=now, status="lost").decode()
    goro = {"field": "lead.email", "op": "eq", "value": "goro@suzuki.example"}
    calls = gone_out("touchpoints", by=in_acme.owner, now=now, condition=goro).decode()

    assert ("D-2" in lost, "D-1" in lost) == (True, False)
    assert ("call" in calls, "exhibition" in calls) == (True, False)


def test_touchpoints_go_out_to_the_last_though_the_log_has_let_go_of_somebodys(in_acme, now, monkeypatch):
    monkeypatch.setattr(writing, "PAGE", 1)
    upsert_leads([LeadInput(email=row[0]) for row in TOUCHPOINTS[1:]], by=None, now=NOW)
    first = Lead.objects.get(email="goro@suzuki.example").pk
    imported(text_of(TOUCHPOINTS).encode(), by=in_acme.owner, now=now, kind="touchpoints")
    Event.objects.filter(lead_id=first).delete()  # counts stay

    lines = gone_out("touchpoints", by=in_acme.owner, now=now).decode().splitlines()

    assert [line.count("taro@yamada.example") for line in lines] == [0, 1, 1]


def test_a_page_asks_for_each_kind(acme, sign_in):
    browser = sign_in()

    listed = browser.get("/exports/").content.decode()
    asked = browser.get("/exports/new?kind=deals&status=won")

    assert all(f"/exports/new?kind={kind}" in listed for kind in KINDS)
    assert (asked.status_code, '"status": "won"' in asked.context["selection"]) == (200, True)
