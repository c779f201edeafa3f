"""A batch of stated people beside the leads they belong to: locked, loaded and planned before anything is written."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from leads.actions.company_finding import Firm, companies_of_domains, found_companies
from leads.attributes import Definition, Value, read_stated, values_of
from leads.entry import Entry
from leads.merging import BLANK, COLUMNS, Rules, Standing, Values, merge, touch_source
from leads.queries.attributes import definitions
from leads.queries.titles import remembered_ranks
from ma_platform import ids
from ma_platform.db import sql
from ma_platform.tenancy.models import Membership
from ma_platform.tenancy.reach import current_reach, everybody


class NotPlannable(ValueError):
    """This entry cannot be joined to a lead: {"field": code}."""

    def __init__(self, **errors: str) -> None:
        super().__init__(errors)
        self.errors = errors


@dataclass(slots=True)
class Batch:
    """Present leads by their keys; new ones join as they are planned, so one person twice is one lead."""

    by_email: dict[str, Standing] = field(default_factory=dict)
    by_identifier: dict[tuple[str, str], Standing] = field(default_factory=dict)
    new_identifiers: dict[tuple[str, str], Standing] = field(default_factory=dict)
    companies: dict[str, Firm] = field(default_factory=dict)
    domains: dict[str, tuple[int, str]] = field(default_factory=dict)
    owners: dict[str, int] = field(default_factory=dict)
    definitions: dict[str, Definition] = field(default_factory=dict)
    ranks: dict[str, int] = field(default_factory=dict)
    standings: dict[str, Standing] = field(default_factory=dict)
    other_addresses: set[str] = field(default_factory=set)  # of people who stand aside for one of these
    names: dict[str, dict[str, str]] = field(default_factory=dict)  # of companies and owners, by their numbers
    out_of_reach: set[str] = field(default_factory=set)  # known, but not to whoever asks
    adder: int = 0  # who owns a new one for whom nobody is named: they would not see them again

    def find(self, entry: Entry) -> Standing | None:
        """The lead these keys name; raises NotPlannable when they name two, or somebody who is out of reach."""
        named = [self.by_identifier.get(pair) for pair in entry.identifiers]
        named.append(self.by_email.get(entry.email_key) if entry.email_key else None)
        found = {standing.public_id: standing for standing in named if standing}
        if len(found) > 1:
            raise NotPlannable(email="belongs_to_another_lead")
        if found.keys() & self.out_of_reach:
            raise NotPlannable(**{"email" if entry.email_key else "external_id": "out_of_reach"})
        return next(iter(found.values()), None)

    def join(self, entry: Entry, standing: Standing | None, rules: Rules) -> tuple[Standing, tuple[str, ...]]:
        """Merge one entry into its lead, or into a new one; returns the lead and its changed fields."""
        values = {**entry.values, **self._links(entry, standing), **self._own(entry)}
        if entry.email_key in self.other_addresses:
            values = {name: value for name, value in values.items() if name not in COLUMNS["email"]}
        if standing is not None and not entry.rank_stated and _keeps_rank(standing, values):
            del values["job_rank"]
        if standing is None and self.adder and values.get("owner_id") is None:
            values["owner_id"] = self.adder
        standing = standing or Standing(ids.new("lead"))
        changed = merge(standing, values, rules)
        touch_source(standing, entry.source)
        self._remember(standing, entry)
        return standing, changed

    def _remember(self, standing: Standing, entry: Entry) -> None:
        self.standings[standing.public_id] = standing
        key = standing.values["email_key"]
        if isinstance(key, str):
            self.by_email[key] = standing
        for pair in entry.identifiers:
            if pair not in self.by_identifier:
                self.by_identifier[pair] = self.new_identifiers[pair] = standing

    def _own(self, entry: Entry) -> dict[str, Value]:
        values: dict[str, Value] = {}
        if entry.attributes:
            values, errors = read_stated(self.definitions, entry.attributes)
            if errors:
                raise NotPlannable(**errors)
        if self.ranks and entry.values.get("job_rank") is None:
            rank = self.ranks.get(str(entry.values.get("job_title")))
            values |= {} if rank is None else {"job_rank": rank}
        return values

    def _links(self, entry: Entry, standing: Standing | None) -> dict[str, Value]:
        links: dict[str, Value] = {}
        if entry.owner is not None:
            if entry.owner and entry.owner not in self.owners:
                raise NotPlannable(owner="unknown_member")
            links["owner_id"] = self.owners.get(entry.owner)
        if entry.company is not None:
            links["company_id"] = self.companies[entry.company].id if entry.company else None
        elif standing is None or standing.values["company_id"] is None:
            found = self.domains.get(str(entry.values.get("email_domain")))
            links |= {"company_id": found[0]} if found else {}
        return links

    def shown(self, name: str, value: str) -> str:
        """A value as people read it in the history of a field."""
        if name not in ("company", "owner"):
            return value
        if not self.names:
            stated = ((firm.id, firm.name) for firm in self.companies.values())
            self.names["company"] = {str(pk): text for pk, text in (*stated, *self.domains.values())}
            self.names["owner"] = {str(pk): email for email, pk in self.owners.items()}
        return self.names[name].get(value, value)


def _keeps_rank(standing: Standing, values: Mapping[str, Value]) -> bool:
    """Whether the same title is said again: it says nothing new about a rank that is known, given by hand perhaps."""
    known = standing.values
    same = "job_rank" in values and values.get("job_title") == known["job_title"]
    return same and known["job_rank"] is not None


def load_batch(entries: Sequence[Entry], *, now: datetime, also: Iterable[int] = ()) -> Batch:
    """Lock the identities of a batch against other writers, then read what is there (about eight statements).

    `also` names leads by primary key that take part whatever their keys are.
    """
    emails = sorted({entry.email_key for entry in entries if entry.email_key})
    pairs = sorted({pair for entry in entries for pair in entry.identifiers})
    _lock_identities([*emails, *(f"{kind}:{value}" for kind, value in pairs)])
    batch = Batch(companies=found_companies(entries, now=now), domains=companies_of_domains(entries))
    batch.owners = _members({entry.owner for entry in entries if entry.owner})
    reach = current_reach()
    if reach is not None and reach.member and not reach.unowned:
        batch.adder = reach.member
        batch.owners |= dict(Membership.objects.filter(user_id=reach.member).values_list("user__email", "user_id"))
    stated = {key for entry in entries for key in entry.attributes}
    batch.definitions = definitions(keys=stated) if stated else {}
    batch.ranks = remembered_ranks(_unranked(entries))
    _read_present(batch, emails, pairs, list(also))
    return batch


def _unranked(entries: Sequence[Entry]) -> set[str]:
    """Stated titles the rules do not understand."""
    values = (entry.values for entry in entries)
    return {str(one["job_title"]) for one in values if one.get("job_title") and one.get("job_rank") is None}


def _lock_identities(keys: list[str]) -> None:
    if keys:
        sql.run(LOCK_IDENTITIES, keys=keys)


# A bucket, not a key: a batch of a thousand must not fill the shared lock table. Sorted, so no two batches cross.
LOCK_IDENTITIES = """
    SELECT count(pg_advisory_xact_lock(bucket)) FROM (
        SELECT DISTINCT hashtextextended('leads:' || %(tenant_id)s || ':' || abs(hashtext(key) %% 256), 0) AS bucket
          FROM unnest(%(keys)s::text[]) AS k(key)
         ORDER BY 1
    ) AS buckets
"""


def _members(emails: set[str]) -> dict[str, int]:
    if not emails:
        return {}
    return dict(Membership.objects.filter(user__email__in=emails).values_list("user__email", "user_id"))


def _read_present(batch: Batch, emails: list[str], pairs: list[tuple[str, str]], also: list[int]) -> None:
    kinds, values = [kind for kind, _ in pairs], [value for _, value in pairs]
    with everybody():  # an address is taken whoever may see whose it is
        rows = sql.run(PRESENT_LEADS, emails=emails, kinds=kinds, values=values, also=also).dicts()
    for row in rows:
        standing = Standing(
            row["public_id"],
            row["id"],
            Values({column: row[column] for column in BLANK} | values_of(_json(row["attributes"]))),
            _json(row["source_first"]),
            _json(row["source_last"]),
        )
        batch.standings[standing.public_id] = standing
    _read_keys(batch, rows)
    if current_reach() is not None and rows:
        seen = set(sql.run(WITHIN_REACH, ids=[row["id"] for row in rows]).values())
        batch.out_of_reach = {row["public_id"] for row in rows if row["id"] not in seen}


def _read_keys(batch: Batch, rows: Sequence[Mapping[str, Any]]) -> None:  # Any: lines of SQL
    """Which lead each key names; that of somebody who stands aside names the one who stands for them."""
    present = {standing.id: standing for standing in batch.standings.values()}
    for row in rows:
        standing = present[row["merged_into_id"] or row["id"]]
        if row["email_key"]:
            batch.by_email[row["email_key"]] = standing
        if row["email_key"] and row["merged_into_id"]:
            batch.other_addresses.add(row["email_key"])
        for kind, value in _json(row["identifiers"]) or ():
            batch.by_identifier[kind, value] = standing


def _json(text: str | None) -> Any:  # Any: our own JSON; Django hands jsonb of a raw cursor out as text
    return None if text is None else orjson.loads(text)


WITHIN_REACH = "SELECT id FROM leads_lead WHERE tenant_id = %(tenant_id)s AND id = ANY(%(ids)s::bigint[])"
# (SELECT tenant): the planner must not know whose rows are wanted. By its figures a workspace that began to import a
# minute ago has none, and it would read all of them for every key.
PRESENT_LEADS = """
    WITH asked AS (
        SELECT * FROM unnest(%(kinds)s::text[], %(values)s::text[]) AS a(kind, value)
    ), named AS MATERIALIZED (
        SELECT identifier.lead_id, jsonb_agg(jsonb_build_array(identifier.kind, identifier.value)) AS identifiers
          FROM asked
          JOIN leads_leadidentifier AS identifier
            ON identifier.tenant_id = (SELECT %(tenant_id)s::bigint)
           AND identifier.kind = asked.kind AND identifier.value = asked.value
         GROUP BY identifier.lead_id
    ), keyed AS MATERIALIZED (
        SELECT by_key.id FROM leads_lead AS by_key
         WHERE by_key.tenant_id = (SELECT %(tenant_id)s::bigint) AND by_key.email_key = ANY(%(emails)s::text[])
        UNION SELECT named.lead_id FROM named
        UNION SELECT unnest(%(also)s::bigint[])
    )
    SELECT lead.merged_into_id,
           lead.id, lead.public_id, lead.email, lead.email_key, lead.email_domain, lead.email_kind, lead.last_name,
           lead.first_name, lead.last_name_kana, lead.first_name_kana, lead.company_id, lead.department, lead.job_title,
           lead.job_rank, lead.phone, lead.phone_key, lead.prefecture, lead.owner_id, lead.source_first,
           lead.source_last, lead.attributes,
           named.identifiers
      FROM leads_lead AS lead
      LEFT JOIN named ON named.lead_id = lead.id
     WHERE lead.tenant_id = (SELECT %(tenant_id)s::bigint)
       AND lead.id IN (
           SELECT keyed.id FROM keyed
           UNION SELECT aside.merged_into_id FROM keyed JOIN leads_lead AS aside ON aside.id = keyed.id
                  WHERE aside.tenant_id = (SELECT %(tenant_id)s::bigint) AND aside.merged_into_id IS NOT NULL)
     ORDER BY lead.id
       FOR UPDATE OF lead
"""
