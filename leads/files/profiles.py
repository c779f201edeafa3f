"""Files other products give out, known by their headings: what is mapped, and what basis goes with them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from leads.files.headers import plain


@dataclass(frozen=True, slots=True)
class Profile:
    """`marks` are headings only this make has; enough of them and it is recognised. `basis` is proposed, never set."""

    key: str
    name: str
    kind: str
    marks: tuple[str, ...]
    mapping: Mapping[str, str]
    policy: Mapping[str, str] = field(default_factory=dict)
    basis: str = ""


ENOUGH = 0.5  # of the marks

_CARD = {
    "会社名": "company",
    "部署名": "department",
    "部署": "department",
    "役職": "job_title",
    "姓": "last_name",
    "名": "first_name",
    "氏名": "name",
    "姓カナ": "last_name_kana",
    "名カナ": "first_name_kana",
    "氏名カナ": "name_kana",
    "e-mail": "email",
    "Email": "email",
    "メールアドレス": "email",
    "メール": "email",
    "住所": "address",
    "TEL": "phone",
    "TEL会社": "phone",
    "TEL直通": "phone",
    "携帯電話": "mobile",
    "携帯": "mobile",
    "タグ": "tags",
}
_SALESFORCE = {
    "First Name": "first_name",
    "FirstName": "first_name",
    "Last Name": "last_name",
    "LastName": "last_name",
    "名": "first_name",
    "姓": "last_name",
    "Title": "job_title",
    "役職": "job_title",
    "Department": "department",
    "部署": "department",
    "Company": "company",
    "Company / Account": "company",
    "会社名": "company",
    "Account Name": "company",
    "取引先名": "company",
    "Email": "email",
    "メール": "email",
    "Phone": "phone",
    "電話": "phone",
    "Mobile": "mobile",
    "MobilePhone": "mobile",
    "携帯": "mobile",
    "State": "prefecture",
    "State/Province": "prefecture",
    "Mailing State/Province": "prefecture",
    "都道府県": "prefecture",
    "Lead ID": "external_ids.salesforce",
    "Contact ID": "external_ids.salesforce",
    "リードID": "external_ids.salesforce",
    "取引先責任者ID": "external_ids.salesforce",
    "Email Opt Out": "refused",
    "HasOptedOutOfEmail": "refused",
    "メール送信除外": "refused",
}
PROFILES = (
    Profile(
        "eight",
        "Eight",
        "leads",
        ("再データ化中の名刺", "Eightでつながっている人", "TEL部門", "TEL直通", "名刺交換日"),
        _CARD,
        {"email": "fill"},
        "business_card",
    ),
    Profile(
        "sansan",
        "Sansan",
        "leads",
        ("名刺ID", "名刺交換日", "名刺所有者", "Sansan会社ID", "取込日時"),
        {**_CARD, "名刺ID": "external_ids.sansan"},
        {"email": "fill"},
        "business_card",
    ),
    Profile(
        "salesforce_contact",
        "Salesforce (contacts)",
        "leads",
        ("Contact ID", "Account Name", "Mailing State/Province", "Contact Owner"),
        _SALESFORCE,
    ),
    Profile(
        "salesforce_contact_ja",
        "Salesforce (取引先責任者)",
        "leads",
        ("取引先責任者ID", "取引先責任者 所有者", "取引先名"),
        _SALESFORCE,
    ),
    Profile(
        "salesforce_lead",
        "Salesforce (leads)",
        "leads",
        ("Lead ID", "Lead Source", "Lead Status", "Lead Owner"),
        _SALESFORCE,
    ),
    Profile(
        "salesforce_lead_ja",
        "Salesforce (リード)",
        "leads",
        ("リードID", "リードソース", "リード状況", "リード所有者"),
        _SALESFORCE,
    ),
    Profile(
        "hubspot",
        "HubSpot",
        "leads",
        ("Record ID", "Lifecycle Stage", "Contact owner", "Lead Status", "Create Date"),
        {
            "Record ID": "external_ids.hubspot",
            "First Name": "first_name",
            "Last Name": "last_name",
            "Email": "email",
            "Phone Number": "phone",
            "Mobile Phone Number": "mobile",
            "Job Title": "job_title",
            "Company Name": "company",
            "Associated Company": "company",
            "State/Region": "prefecture",
            "Unsubscribed from all email": "refused",
        },
    ),
    Profile(
        "mautic",
        "Mautic",
        "leads",
        ("points", "date_identified", "last_active", "preferred_locale", "firstname"),
        {
            "id": "external_ids.mautic",
            "firstname": "first_name",
            "lastname": "last_name",
            "email": "email",
            "company": "company",
            "companyname": "company",
            "position": "job_title",
            "phone": "phone",
            "mobile": "mobile",
            "state": "prefecture",
            "tags": "tags",
        },
    ),
)


def recognise_profile(headers: Sequence[str], *, kind: str = "leads") -> Profile | None:
    """The make whose marks the file has most of; None when it looks like nobody's."""
    present = {plain(heading) for heading in headers}
    best, most = None, 0.0
    for profile in PROFILES:
        share = sum(plain(mark) in present for mark in profile.marks) / len(profile.marks)
        if profile.kind == kind and share >= ENOUGH and share > most:
            best, most = profile, share
    return best
