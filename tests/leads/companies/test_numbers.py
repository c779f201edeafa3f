"""Every number on the page of a company leads to the people it is made of."""

from __future__ import annotations

import re
from datetime import datetime
from html import unescape

from leads.actions import LeadInput, upsert_leads
from leads.models import Company
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from scoring.actions import rescore

STAT = re.compile(r'<a class="stat[^"]*" href="([^"]+)"[^>]*>\s*<span class="stat-label">([^<]+)</span>')


def test_the_numbers_of_a_company_lead_to_its_people(acme: NewWorkspace, sign_in, now: datetime) -> None:
    with tenant_scope(acme.workspace):
        said = [
            LeadInput(email="a@kou.example", company="甲社", last_name="青木", job_title="部長"),
            LeadInput(email="b@kou.example", company="甲社", last_name="馬場", job_title="主任"),
            LeadInput(email="c@otsu.example", company="乙社", last_name="千葉", job_title="部長"),
        ]
        made = upsert_leads(said, by=None, now=now)
        rescore([one.lead_id or 0 for one in made], now=now)
        company = Company.objects.get(name="甲社").public_id
    browser = sign_in()

    page = browser.get(f"/companies/{company}").content.decode()
    links = {label: unescape(href) for href, label in STAT.findall(page)}
    shown = {label: browser.get(href).content.decode() for label, href in links.items()}

    names = {label: [name for name in ("青木", "馬場", "千葉") if name in text] for label, text in shown.items()}
    assert names["人数"] == ["青木", "馬場"]
    assert names["部長以上"] == ["青木"]
    assert names["最高スコア"][:1] == ["青木"]
