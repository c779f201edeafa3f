"""Companies like one that is about to be added."""

from __future__ import annotations

from dataclasses import dataclass

from leads.companies import Identity, Match, company_key, compare, is_shared_domain, near_key
from ma_platform.db import sql

LIKE_ONE = 20  # companies by each way that are looked at
SHOWN = 5


@dataclass(frozen=True, slots=True)
class _Near:
    public_id: str
    name: str
    number: str
    domains: list[str]
    keys: list[str]


@dataclass(frozen=True, slots=True)
class Like:
    """A company that may be meant."""

    public_id: str
    name: str
    number: str
    domain: str
    match: Match

    @property
    def certain(self) -> bool:
        """Whether it is the very same."""
        return self.match.verdict == "join"


def companies_like(name: str, *, number: str = "", domain: str = "") -> list[Like]:
    """Those that are, or may be, the company of this name; the surest first, at most SHOWN. One statement."""
    domain = "" if is_shared_domain(domain) else domain.casefold()
    asked = Identity(name, number, frozenset({domain} - {""}))
    key = company_key(name)
    near = sql.typed(NEAR, _Near, plain=key, near=near_key(name), number=number, domain=domain, most=LIKE_ONE)
    likes = [
        Like(one.public_id, one.name, one.number, next(filter(None, one.domains), ""), compare(asked, _identity(one)))
        for one in near
    ]
    found = [like for like in likes if like.match.verdict != "apart"]
    return sorted(found, key=lambda like: (-like.match.confidence, like.name))[:SHOWN]


def _identity(one: _Near) -> Identity:
    own = frozenset(domain for domain in one.domains if domain and not is_shared_domain(domain))
    return Identity(one.name, one.number, own, frozenset(one.keys))


# By plain name (what stands before "#"), near key, number, mail domain and other names; one joined is the one it is
# part of. An empty word finds nothing.
NEAR = """
    WITH way AS (
        (SELECT company.id FROM leads_company AS company
          WHERE company.tenant_id = %(tenant_id)s AND %(plain)s <> '' AND company.name_key >= %(plain)s
            AND company.name_key < %(plain)s || '$' AND split_part(company.name_key, '#', 1) = %(plain)s
          LIMIT %(most)s)
         UNION
        (SELECT company.id FROM leads_company AS company
          WHERE company.tenant_id = %(tenant_id)s AND %(near)s <> '' AND company.near_key <> ''
            AND company.near_key = %(near)s LIMIT %(most)s)
         UNION
        (SELECT company.id FROM leads_company AS company
          WHERE company.tenant_id = %(tenant_id)s AND %(number)s <> '' AND company.corporate_number <> ''
            AND company.corporate_number = %(number)s LIMIT %(most)s)
         UNION
        (SELECT company.id FROM leads_company AS company
          WHERE company.tenant_id = %(tenant_id)s AND %(domain)s <> '' AND company.domain = %(domain)s
          LIMIT %(most)s)
         UNION
        (SELECT alias.company_id FROM leads_companyalias AS alias
          WHERE alias.tenant_id = %(tenant_id)s
            AND ((alias.kind = 'name' AND alias.key = %(plain)s) OR (alias.kind = 'domain' AND alias.key = %(domain)s))
          LIMIT %(most)s)
    ), firm AS (
        SELECT DISTINCT coalesce(company.merged_into_id, company.id) AS id
          FROM way JOIN leads_company AS company ON company.tenant_id = %(tenant_id)s AND company.id = way.id
    )
    SELECT company.public_id, company.name, company.corporate_number AS number,
           array_prepend(company.domain, coalesce(array_agg(alias.key) FILTER (WHERE alias.kind = 'domain'), '{}'))
               AS domains,
           coalesce(array_agg(alias.key) FILTER (WHERE alias.kind = 'name'), '{}') AS keys
      FROM firm
      JOIN leads_company AS company ON company.tenant_id = %(tenant_id)s AND company.id = firm.id
      LEFT JOIN leads_companyalias AS alias ON alias.tenant_id = %(tenant_id)s AND alias.company_id = company.id
     GROUP BY company.id, company.public_id, company.name, company.corporate_number, company.domain
"""
