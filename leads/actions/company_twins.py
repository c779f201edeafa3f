"""Two companies that may be one: found as a set by what they have in common, judged by `leads.companies.compare`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leads.companies import Identity, compare, is_shared_domain
from ma_platform import ids
from ma_platform.db import sets, sql

LIKE_ONE = 20  # companies of one near key, domain or name that are looked at


@dataclass(frozen=True, slots=True)
class _Pair:
    one: int
    one_name: str
    one_number: str
    one_domains: list[str]
    one_keys: list[str]
    other: int
    other_name: str
    other_number: str
    other_domains: list[str]
    other_keys: list[str]


@dataclass(frozen=True, slots=True)
class _Found:
    public_ids: str
    one: int
    other: int
    reasons: str
    confidence: int


def suggest_twins(company_ids: Sequence[int], *, now: datetime) -> int:
    """Look for doubles of these companies; open suggestions that hold no longer go. Returns rows made or changed."""
    wanted = sorted(set(company_ids))
    if not wanted:
        return 0
    found = [kept for pair in sql.typed(CANDIDATES, _Pair, ids=wanted, most=LIKE_ONE) if (kept := _judge(pair))]
    columns: dict[str, Any] = sets.columns(found, "public_ids", "one", "other", "reasons", "confidence")
    sql.run(FORGET, ids=wanted, one=columns["one"], other=columns["other"])
    return sql.run(KEEP, now=now, **columns).rowcount if found else 0


def _judge(pair: _Pair) -> _Found | None:
    one = Identity(pair.one_name, pair.one_number, _own(pair.one_domains), frozenset(pair.one_keys))
    other = Identity(pair.other_name, pair.other_number, _own(pair.other_domains), frozenset(pair.other_keys))
    match = compare(one, other)
    if match.verdict == "apart":
        return None
    reasons = "{" + ",".join(sorted(match.reasons)) + "}"
    return _Found(ids.new("twin"), pair.one, pair.other, reasons, min(99, match.confidence))


def _own(domains: Sequence[str]) -> frozenset[str]:
    return frozenset(domain for domain in domains if domain and not is_shared_domain(domain))


# Companies of the same near key, mail domain, number or plain name (what stands before "#"); LATERAL, so that each
# looks through its own indexes. (SELECT tenant): the planner must not think that a new workspace has no companies.
CANDIDATES = """
    WITH asked AS MATERIALIZED (
        SELECT company.id, company.near_key, company.domain, company.corporate_number,
               split_part(company.name_key, '#', 1) AS plain
          FROM leads_company AS company
         WHERE company.tenant_id = (SELECT %(tenant_id)s::bigint) AND company.id = ANY (%(ids)s::bigint[])
           AND company.merged_into_id IS NULL
    ), pairs AS (
        SELECT DISTINCT least(asked.id, near.id) AS one, greatest(asked.id, near.id) AS other
          FROM asked
         CROSS JOIN LATERAL (
              (SELECT like_it.id FROM leads_company AS like_it
                WHERE like_it.tenant_id = (SELECT %(tenant_id)s::bigint) AND asked.near_key <> ''
                  AND like_it.near_key <> '' AND like_it.near_key = asked.near_key AND like_it.id <> asked.id
                  AND like_it.merged_into_id IS NULL LIMIT %(most)s)
               UNION
              (SELECT like_it.id FROM leads_company AS like_it
                WHERE like_it.tenant_id = (SELECT %(tenant_id)s::bigint) AND asked.domain <> ''
                  AND like_it.domain = asked.domain AND like_it.id <> asked.id
                  AND like_it.merged_into_id IS NULL LIMIT %(most)s)
               UNION
              (SELECT alias.company_id FROM leads_companyalias AS alias
                WHERE alias.tenant_id = (SELECT %(tenant_id)s::bigint) AND alias.company_id <> asked.id
                  AND ((alias.kind = 'domain' AND alias.key = asked.domain)
                    OR (alias.kind = 'name' AND alias.key = asked.plain)) LIMIT %(most)s)
               UNION
              (SELECT like_it.id FROM leads_company AS like_it
                WHERE like_it.tenant_id = (SELECT %(tenant_id)s::bigint) AND like_it.name_key >= asked.plain
                  AND like_it.name_key < asked.plain || '$'
                  AND split_part(like_it.name_key, '#', 1) = asked.plain AND like_it.id <> asked.id
                  AND like_it.merged_into_id IS NULL LIMIT %(most)s)
               UNION
              (SELECT like_it.id FROM leads_company AS like_it
                WHERE like_it.tenant_id = (SELECT %(tenant_id)s::bigint) AND asked.corporate_number <> ''
                  AND like_it.corporate_number <> '' AND like_it.corporate_number = asked.corporate_number
                  AND like_it.id <> asked.id AND like_it.merged_into_id IS NULL LIMIT %(most)s)) AS near
    ), known AS (
        SELECT company.id, company.name, company.corporate_number AS number,
               array_append(coalesce(array_agg(alias.key) FILTER (WHERE alias.kind = 'domain'), '{}'), company.domain)
                   AS domains,
               coalesce(array_agg(alias.key) FILTER (WHERE alias.kind = 'name'), '{}') AS keys
          FROM leads_company AS company
          LEFT JOIN leads_companyalias AS alias
                 ON alias.tenant_id = (SELECT %(tenant_id)s::bigint) AND alias.company_id = company.id
         WHERE company.tenant_id = (SELECT %(tenant_id)s::bigint)
           AND company.id IN (SELECT pairs.one FROM pairs UNION SELECT pairs.other FROM pairs)
         GROUP BY company.id
    )
    SELECT one.id AS one, one.name AS one_name, one.number AS one_number, one.domains AS one_domains,
           one.keys AS one_keys, other.id AS other, other.name AS other_name, other.number AS other_number,
           other.domains AS other_domains, other.keys AS other_keys
      FROM pairs JOIN known AS one ON one.id = pairs.one JOIN known AS other ON other.id = pairs.other
     ORDER BY one.id, other.id
"""
FORGET = """
    DELETE FROM leads_companysuggestion AS suggestion
     WHERE suggestion.tenant_id = %(tenant_id)s AND suggestion.dismissed_at IS NULL
       AND (suggestion.one_id = ANY (%(ids)s::bigint[]) OR suggestion.other_id = ANY (%(ids)s::bigint[]))
       AND NOT EXISTS (SELECT FROM leads_company AS aside
                        WHERE aside.tenant_id = %(tenant_id)s AND aside.merged_into_id IS NOT NULL
                          AND aside.id IN (suggestion.one_id, suggestion.other_id))
       AND NOT EXISTS (SELECT FROM unnest(%(one)s::bigint[], %(other)s::bigint[]) AS found(one, other)
                        WHERE found.one = suggestion.one_id AND found.other = suggestion.other_id)
"""
KEEP = """
    INSERT INTO leads_companysuggestion AS suggestion
           (tenant_id, public_id, one_id, other_id, reasons, confidence, found_at)
    SELECT %(tenant_id)s, public_id, one, other, reasons::text[], confidence, %(now)s
      FROM unnest(%(public_ids)s::text[], %(one)s::bigint[], %(other)s::bigint[], %(reasons)s::text[],
                  %(confidence)s::smallint[]) AS found(public_id, one, other, reasons, confidence)
     ORDER BY one, other
    ON CONFLICT (tenant_id, one_id, other_id) DO UPDATE
       SET reasons = excluded.reasons, confidence = excluded.confidence
     WHERE (suggestion.reasons, suggestion.confidence) IS DISTINCT FROM (excluded.reasons, excluded.confidence)
"""
