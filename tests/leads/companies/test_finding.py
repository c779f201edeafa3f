"""Companies found by what they are known by: name, form, number, alias, domain; made once, and never two of one."""

from __future__ import annotations

from datetime import datetime

import pytest

from leads.actions import LeadInput, upsert_companies, upsert_leads
from leads.actions.companies import CompanyRefused, add_alias, edit_company
from leads.actions.company_finding import Stated, firms
from leads.models import Company, CompanySuggestion, Lead
from ma_platform.workspaces.actions.workspaces import NewWorkspace

NUMBER, OTHER_NUMBER = "7000012050002", "4000012090001"


def names(now: datetime, *stated: Stated) -> list[str]:
    return [firm.name for firm in firms(list(stated), now=now)]


def test_one_company_however_it_is_written(in_acme, now):
    assert (
        names(now, Stated("株式会社山形商事"), Stated("㈱山形商事"), Stated("山形商事 御中"))
        == ["株式会社山形商事"] * 3
    )
    assert names(now, Stated("ﾔﾏｶﾞﾀ"), Stated("ヤマガタ")) == ["ﾔﾏｶﾞﾀ"] * 2
    assert Company.objects.count() == 2


def test_two_legal_forms_are_two_companies_and_a_bare_name_finds_the_first(in_acme, now):
    bank, house = firms([Stated("株式会社日本総合研究所"), Stated("一般財団法人日本総合研究所")], now=now)

    assert bank.id != house.id
    assert names(now, Stated("日本総合研究所"), Stated("(一財)日本総合研究所"), Stated("日本総合研究所㈱")) == [
        "株式会社日本総合研究所",
        "一般財団法人日本総合研究所",
        "株式会社日本総合研究所",
    ]
    assert CompanySuggestion.objects.values_list("reasons", "confidence").get() == (["name", "other_form"], 65)


def test_a_number_finds_its_company_under_any_name_and_parts_namesakes(in_acme, now):
    first, renamed, namesake = firms(
        [Stated("山形商事", NUMBER), Stated("ヤマガタ", NUMBER), Stated("山形商事", OTHER_NUMBER)], now=now
    )

    assert first.id == renamed.id
    assert namesake.id != first.id
    assert upsert_companies([{"name": "何でも", "corporate_number": OTHER_NUMBER, "employees": 5}], now=now) == [
        (namesake.public_id, False)
    ]


def test_another_name_finds_the_company_and_cannot_be_anothers(in_acme: NewWorkspace, now):
    (firm, _other) = firms([Stated("さくら電機"), Stated("梅電機")], now=now)
    company = Company.objects.get(pk=firm.id)

    add_alias(company, "name", "SAKURA Electric", by=in_acme.owner, now=now)

    assert names(now, Stated("ｓａｋｕｒａ ｅｌｅｃｔｒｉｃ Inc.")) == ["さくら電機"]
    for kind, text, reason in (
        ("name", "梅電機", "belongs_to_another_company"),
        ("name", "sakura electric", "belongs_to_another_company"),
        ("domain", "gmail.com", "shared_domain"),
        ("domain", "no domain", "invalid_domain"),
    ):
        with pytest.raises(CompanyRefused) as refused:
            add_alias(company, kind, text, by=in_acme.owner, now=now)
        assert refused.value.reason == reason


def test_people_join_by_a_domain_of_the_company_and_never_by_a_shared_one(in_acme: NewWorkspace, now):
    ((public_id, _),) = upsert_companies([{"name": "さくら電機", "domain": "sakura.example"}], now=now)
    company = Company.objects.get(public_id=public_id)
    add_alias(company, "domain", "sakura-group.example", by=in_acme.owner, now=now)
    upsert_companies([{"name": "何か", "domain": "sakura.ne.jp"}], now=now)

    mails = ("a@sakura.example", "b@sakura-group.example", "c@sakura.ne.jp", "d@gmail.com", "e@east.sakura.example")
    upsert_leads([LeadInput(email=mail) for mail in mails], by=None, now=now)

    assert [lead.company and lead.company.name for lead in Lead.objects.order_by("email")] == [
        *("さくら電機", "さくら電機"),
        *(None, None, None),
    ]


def test_subsidiaries_on_one_domain_stay_apart_without_a_word(in_acme, now):
    firms(
        [Stated(f"日立製作所{unit}", domain="hitachi.example") for unit in ("", "東日本", "ソリューションズ")], now=now
    )

    assert Company.objects.count() == 3
    assert not CompanySuggestion.objects.exists()


def test_kana_and_english_of_one_sound_are_suggested(in_acme, now):
    firms([Stated("ソラコム"), Stated("SORACOM, Inc.")], now=now)

    assert CompanySuggestion.objects.values_list("reasons", "confidence").get() == (["kana_english"], 75)


def test_a_company_stands_under_another_and_never_above_itself(in_acme: NewWorkspace, now):
    top, middle, low = (Company.objects.get(pk=firm.id) for firm in firms([*map(Stated, ("親", "子", "孫"))], now=now))
    assert edit_company(middle, {"parent": top}, by=in_acme.owner, now=now) == ("parent",)
    middle.refresh_from_db()
    edit_company(low, {"parent": middle}, by=in_acme.owner, now=now)

    with pytest.raises(CompanyRefused) as refused:
        edit_company(top, {"parent": Company.objects.get(pk=low.pk)}, by=in_acme.owner, now=now)

    assert refused.value.reason == "own_parent"
