"""Companies as a file: those of the search, with what their people add up to."""

from __future__ import annotations

from leads.actions import LeadInput, upsert_companies, upsert_leads
from leads.actions.exports import begin, write_export
from leads.models import Export
from ma_platform import clock
from ma_platform.tenancy.scope import tenant_scope


def test_companies_of_a_search_go_out_as_a_file(acme, globex, sign_in, now) -> None:
    for made in (acme, globex):
        with tenant_scope(made.workspace):
            rows = [{"name": "株式会社青葉", "industry": "=製造"}, {"name": "赤坂商事"}]
            upsert_companies(rows, now=now)
            upsert_leads([LeadInput(email="a@aoba.example", company="㈱青葉")], by=None, now=now)
    browser = sign_in()

    asked = browser.get("/exports/new?kind=companies&q=青葉")
    said = {"kind": "companies", "selection": asked.context["selection"], "format": "csv"}
    browser.post("/exports/new", {**said, "columns": ["name", "industry", "leads"]})
    with tenant_scope(acme.workspace):
        export = Export.objects.get()
        begin(export.pk)
        write_export(export.pk, now=clock.now())
    answer = browser.get(f"/exports/{export.public_id}/file")

    assert (export.kind, "companies-" in answer["Content-Disposition"]) == ("companies", True)
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert lines == ["企業名,業種,人数", "株式会社青葉,'=製造,1"]
