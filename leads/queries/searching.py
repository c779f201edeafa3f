"""The search box of people as tests of a statement: its parameters are those of `listing.search_params`."""

from __future__ import annotations

from psycopg2.sql import SQL

# "Starts with" on folded copies: `^@` keeps its index behind row-level security, LIKE does not.
# An array, so that it is gathered once: with no statistics yet the planner repeats a subquery per row.
SEARCH = SQL("""AND lead.id = ANY(ARRAY(
    SELECT id FROM (SELECT one.id FROM leads_lead AS one WHERE one.tenant_id = %(tenant_id)s
                       AND one.name_key ^@ %(q_name)s LIMIT %(branch)s) AS by_name
    UNION ALL
    SELECT id FROM (SELECT one.id FROM leads_lead AS one WHERE one.tenant_id = %(tenant_id)s
                       AND one.kana_key ^@ %(q_name)s LIMIT %(branch)s) AS by_kana
    UNION ALL
    SELECT id FROM (SELECT one.id FROM leads_lead AS one WHERE one.tenant_id = %(tenant_id)s
                       AND one.email_key ^@ %(q_mail)s LIMIT %(branch)s) AS by_mail
    UNION ALL
    SELECT unnest(%(further)s::bigint[])
    UNION ALL
    SELECT id FROM (SELECT one.id FROM leads_lead AS one WHERE one.tenant_id = %(tenant_id)s
                       AND one.email_domain = %(q_mail)s LIMIT %(branch)s) AS by_domain
    UNION ALL
    SELECT id FROM (SELECT one.id FROM leads_lead AS one WHERE one.tenant_id = %(tenant_id)s
                       AND one.phone_key ^@ %(q_phone)s LIMIT %(branch)s) AS by_phone
    UNION ALL
    SELECT id FROM (SELECT one.id FROM leads_lead AS one
                      JOIN leads_company AS firm ON firm.tenant_id = %(tenant_id)s AND firm.id = one.company_id
                     WHERE one.tenant_id = %(tenant_id)s AND firm.name_key ^@ %(q_company)s
                     LIMIT %(branch)s) AS by_company))""")
# The same for a search that matches many: whoever comes first in the order of the list is reached soon.
BROAD_SEARCH = SQL("""AND (lead.name_key ^@ %(q_name)s OR lead.kana_key ^@ %(q_name)s OR lead.email_key ^@ %(q_mail)s
    OR lead.email_domain = %(q_mail)s OR lead.id = ANY (%(further)s::bigint[]) OR lead.phone_key ^@ %(q_phone)s
    OR lead.company_id IN (SELECT firm.id FROM leads_company AS firm
                            WHERE firm.tenant_id = %(tenant_id)s AND firm.name_key ^@ %(q_company)s))""")
IS_BROAD = """
    SELECT EXISTS (SELECT FROM leads_lead WHERE tenant_id = %(tenant_id)s AND name_key ^@ %(q_name)s
                   OFFSET %(branch)s LIMIT 1)
        OR EXISTS (SELECT FROM leads_lead WHERE tenant_id = %(tenant_id)s AND kana_key ^@ %(q_name)s
                   OFFSET %(branch)s LIMIT 1)
        OR EXISTS (SELECT FROM leads_lead WHERE tenant_id = %(tenant_id)s AND email_key ^@ %(q_mail)s
                   OFFSET %(branch)s LIMIT 1)
        OR EXISTS (SELECT FROM leads_lead WHERE tenant_id = %(tenant_id)s AND email_domain = %(q_mail)s
                   OFFSET %(branch)s LIMIT 1)
        OR EXISTS (SELECT FROM leads_lead WHERE tenant_id = %(tenant_id)s AND phone_key ^@ %(q_phone)s
                   OFFSET %(branch)s LIMIT 1)
        OR EXISTS (SELECT FROM leads_lead AS one
                     JOIN leads_company AS firm ON firm.tenant_id = %(tenant_id)s AND firm.id = one.company_id
                    WHERE one.tenant_id = %(tenant_id)s AND firm.name_key ^@ %(q_company)s
                   OFFSET %(branch)s LIMIT 1)
"""
