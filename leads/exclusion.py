"""What somebody wants left out, read into what is compared. Pure."""

from __future__ import annotations

import ipaddress
import re
import unicodedata

from conditions.fold import fold
from leads.companies import company_key

KINDS = ("domain", "company", "title", "network")
REASONS = ("competitor", "partner", "employee", "other")  # of several, the first counts
_DOMAIN = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*\.[a-z][a-z0-9-]*[a-z]")


class ExclusionRefused(ValueError):
    """The text is not of its kind; `code` says what is wrong."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def exclusion_key(kind: str, text: str) -> str:
    """What is compared. Raises ExclusionRefused.

    exclusion_key("domain", "@Rival.CO.JP") == "rival.co.jp"; a company is its name key, a title a folded part of one,
    a network its CIDR form (a single address is /32 or /128).
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    return {"domain": _domain, "company": _company, "title": _title, "network": _network}[kind](plain)


def _domain(plain: str) -> str:
    key = plain.casefold().rpartition("@")[2].strip(".")
    if not _DOMAIN.fullmatch(key) or len(key) > 253:
        raise ExclusionRefused("invalid_domain")
    return key


def _company(plain: str) -> str:
    key = company_key(plain)
    if not key:
        raise ExclusionRefused("blank")
    return key


def _title(plain: str) -> str:
    key = fold(plain)
    if len(key) < 2:
        raise ExclusionRefused("title_too_short")
    return key


def _network(plain: str) -> str:
    try:
        network = ipaddress.ip_network(plain, strict=False)
    except ValueError as wrong:
        raise ExclusionRefused("invalid_network") from wrong
    if network.prefixlen < (8 if network.version == 4 else 32):
        raise ExclusionRefused("network_too_wide")
    return str(network)


# Whom the list leaves out: (lead_id, reason, exclusion_id), one row a lead, the gravest reason first; a domain by any
# address of a person, all else by the one who stands. Joined from the
# list's side, so that a long list is looked up in the indexes of people, not every person in the list.
_EXCLUDED = """
    SELECT DISTINCT ON (hit.lead_id) hit.lead_id, hit.reason, hit.exclusion_id
      FROM (SELECT coalesce(one.merged_into_id, one.id) AS lead_id, listed.reason, listed.id AS exclusion_id
              FROM leads_exclusion AS listed
              JOIN leads_lead AS one
                ON one.tenant_id = %(tenant_id)s AND one.email_domain = listed.key AND one.email_domain <> ''
             WHERE listed.tenant_id = %(tenant_id)s AND listed.kind = 'domain'
             UNION ALL
            SELECT coalesce(one.merged_into_id, one.id), listed.reason, listed.id
              FROM leads_exclusion AS listed
              JOIN leads_lead AS one
                ON one.tenant_id = %(tenant_id)s
               AND right(one.email_domain, length(listed.key) + 1) = '.' || listed.key
             WHERE listed.tenant_id = %(tenant_id)s AND listed.kind = 'domain'
             UNION ALL
            SELECT one.id, firm.reason, firm.exclusion_id
              FROM ({firms}) AS firm
              JOIN leads_lead AS one
                ON one.tenant_id = %(tenant_id)s AND one.company_id = firm.company_id AND one.merged_into_id IS NULL
             UNION ALL
            SELECT coalesce(one.merged_into_id, one.id), firm.reason, firm.exclusion_id
              FROM ({firms}) AS firm
              JOIN ({domains}) AS owned ON owned.company_id = firm.company_id
              JOIN leads_lead AS one
                ON one.tenant_id = %(tenant_id)s AND one.email_domain = owned.domain AND one.email_kind <> 'free'
             UNION ALL
            SELECT one.id, listed.reason, listed.id
              FROM leads_exclusion AS listed
              JOIN leads_lead AS one
                ON one.tenant_id = %(tenant_id)s AND one.job_title <> '' AND one.merged_into_id IS NULL
               AND strpos(ma_fold(one.job_title), listed.key) > 0
             WHERE listed.tenant_id = %(tenant_id)s AND listed.kind = 'title'
             UNION ALL
            SELECT browser.lead_id, listed.reason, listed.id
              FROM leads_exclusion AS listed
              JOIN tracking_session AS visit
                ON visit.tenant_id = %(tenant_id)s
               AND visit.ip <<= CASE listed.kind WHEN 'network' THEN listed.key::inet END
              JOIN tracking_visitor AS browser
                ON browser.tenant_id = %(tenant_id)s AND browser.id = visit.visitor_id
               AND browser.lead_id IS NOT NULL
             WHERE listed.tenant_id = %(tenant_id)s AND listed.kind = 'network') AS hit
     ORDER BY hit.lead_id, array_position(ARRAY['competitor', 'partner', 'employee', 'other'], hit.reason),
           hit.exclusion_id
"""
# Companies on the list by any of their names, and every mail domain of a company.
_FIRMS = """
    SELECT listed.reason, listed.id AS exclusion_id, coalesce(company.merged_into_id, company.id) AS company_id
      FROM leads_exclusion AS listed
      JOIN leads_company AS company ON company.tenant_id = %(tenant_id)s AND company.name_key = listed.key
     WHERE listed.tenant_id = %(tenant_id)s AND listed.kind = 'company'
     UNION
    SELECT listed.reason, listed.id, alias.company_id
      FROM leads_exclusion AS listed
      JOIN leads_companyalias AS alias
        ON alias.tenant_id = %(tenant_id)s AND alias.kind = 'name' AND alias.key = listed.key
     WHERE listed.tenant_id = %(tenant_id)s AND listed.kind = 'company'
"""
_DOMAINS = """
    SELECT coalesce(company.merged_into_id, company.id) AS company_id, company.domain
      FROM leads_company AS company
     WHERE company.tenant_id = %(tenant_id)s AND company.domain <> ''
     UNION
    SELECT alias.company_id, alias.key FROM leads_companyalias AS alias
     WHERE alias.tenant_id = %(tenant_id)s AND alias.kind = 'domain'
"""
EXCLUDED = _EXCLUDED.format(firms=_FIRMS, domains=_DOMAINS)

# The same asked of one `lead` in a statement: lists are gathered once a statement (uncorrelated, so hashed or made
# into one pattern), and each person is held against them.
_LINES = "FROM leads_exclusion AS listed WHERE listed.tenant_id = %(tenant_id)s AND listed.kind = '{kind}'"
_ANY_OF = r"string_agg(regexp_replace(listed.key, '([^[:alnum:]])', '\\\1', 'g'), '|')"
# Addresses at a domain of the list, or of a company on it; `one` is a row of people, main address or further.
_AT_DOMAIN = (
    r"(one.email_domain ~ (SELECT '(^|\.)(' || "  # noqa: S608 - constants put together
    + _ANY_OF
    + " || ')$' "
    + _LINES.format(kind="domain")
    + """ AND listed.reason = '{reason}')
        OR (one.email_kind <> 'free' AND one.email_domain IN (
            SELECT owned.domain FROM ("""
    + _FIRMS
    + ") AS firm JOIN ("
    + _DOMAINS
    + """) AS owned ON owned.company_id = firm.company_id WHERE firm.reason = '{reason}')))"""
)
_HIT = (
    "("  # noqa: S608 - constants put together
    + _AT_DOMAIN.replace("one.", "lead.")
    + """
        OR lead.id IN (SELECT one.merged_into_id FROM leads_lead AS one
                        WHERE one.tenant_id = %(tenant_id)s AND one.merged_into_id IS NOT NULL AND """
    + _AT_DOMAIN
    + """)
        OR ma_fold(lead.job_title) ~ (SELECT """
    + _ANY_OF
    + " "
    + _LINES.format(kind="title")
    + """ AND listed.reason = '{reason}')
        OR lead.company_id IN (SELECT firm.company_id FROM ("""
    + _FIRMS
    + """) AS firm WHERE firm.reason = '{reason}')
        OR ((SELECT EXISTS (SELECT """
    + _LINES.format(kind="network")
    + """ AND listed.reason = '{reason}')) AND EXISTS (
            SELECT FROM tracking_visitor AS browser
              JOIN tracking_session AS visit ON visit.tenant_id = %(tenant_id)s AND visit.visitor_id = browser.id
             WHERE browser.tenant_id = %(tenant_id)s AND browser.lead_id = lead.id
               AND visit.ip <<= ANY (ARRAY(SELECT listed.key::inet """
    + _LINES.format(kind="network")
    + " AND listed.reason = '{reason}')))))"
)


def _when(reason: str) -> str:
    return f"WHEN {_HIT.replace('{reason}', reason)} THEN '{reason}'"


EXCLUDED_BY = (
    "(CASE WHEN (SELECT NOT EXISTS (SELECT FROM leads_exclusion AS listed WHERE listed.tenant_id = %(tenant_id)s))"  # noqa: S608 - constants put together
    f" THEN NULL {' '.join(map(_when, REASONS))} END)"
)
