"""Rows 9a and 9b: the lead list against a no-op view, and pages of a large workspace against a nearly empty one."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from urllib.parse import quote

import psycopg2
from django.conf import settings
from django.test import Client

from benchmarks import load
from benchmarks.collector import answers, child, free_port, granian
from benchmarks.table import Row, compared, interleaved
from benchmarks.waiting import wait
from ma_platform import clock, ids
from ma_platform.db import sql
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions import create_workspace

LEADS = 1_000_000
SMALL = 10_000
FEW = 60
CONNECTIONS = 4
REQUESTS = 200
RARE = 10_000  # one in so many is called 小鳥遊, and another works for 監査室
RANKED = quote(json.dumps({"field": "lead.job_rank", "op": "is_set"}))
AUDITS = quote(json.dumps({"field": "lead.department", "op": "eq", "value": "監査室"}))
NAMES = {
    "/leads/?sort=name": "by name",
    f"/leads/?condition={RANKED}": "with a condition",
    f"/leads/count?condition={RANKED}": "with a condition",
}
ASKED = {  # with how long it may take
    "": ("/leads/", "≤ 25"),
    "of a search by name, one in five": (f"/leads/?q={quote('山田')}", "≤ 200"),
    "of a search by name, one in 10,000": (f"/leads/?q={quote('小鳥遊')}", "≤ 200"),
    "with a condition, one in 10,000": (f"/leads/?condition={AUDITS}", "≤ 1000"),
    "of its count": (f"/leads/count?condition={AUDITS}", "≤ 1000"),
}
PAGES = ("/leads/", "/leads/count", "/companies/", "/leads/bulk/", "/", *NAMES)


def measure(scale: float) -> list[Row]:
    """9a as a share of the no-op's requests, its median, and how it grows from ten thousand people."""
    large, small = workspace(max(20_000, int(LEADS * scale))), workspace(SMALL)
    analyse()
    few = workspace(FEW)
    with server() as port:
        noop, ours = partial(rate, port, large, "/bench/noop"), partial(rate, port, large, "/leads/")
        for warm in (noop, ours, partial(rate, port, small, "/leads/")):
            warm(requests=40)
        measured = interleaved(noop, ours)
        grown = interleaved(partial(rate, port, small, "/leads/"), ours)
        median = partial(hit, port, large, requests=REQUESTS)
        asked = {name: median(path).percentile(0.5) * 1000 for name, (path, _goal) in ASKED.items()}
        pages = [beside(port, path, few, large) for path in PAGES]
    growth = "" if grown is None else f"{grown[0] / grown[1]:.2f}x of 10 k leads (goal ≤ 1.3)"
    return [
        compared("9a list page (granian)", measured, unit="requests/s", goal="≥ 0.06", growth=growth),
        *(Row(f"9a p50 {name}".strip(), took, "ms", None, None, ASKED[name][1]) for name, took in asked.items()),
        *pages,
    ]


def beside(port: int, path: str, few: str, large: str) -> Row:
    """9b: the time of a page in the large workspace over that in one whose people fit on a page."""

    def median(session: str) -> float:
        return hit(port, session, path, REQUESTS // 8).percentile(0.5) * 1000

    for warm in (few, large):
        median(warm)
    measured = interleaved(partial(median, few), partial(median, large))
    return compared(f"9b {path.partition('?')[0]} {NAMES.get(path, '')}".strip(), measured, unit="ms", goal="≤ 2")


def workspace(leads: int) -> str:
    """A workspace with so many people in a fiftieth as many companies (60 at least); its owner's session cookie."""
    made = create_workspace(
        name="bench", email=f"{ids.code()}@bench.example", password="correct horse battery", now=clock.now()
    )
    with tenant_scope(made.workspace):
        companies = max(FEW, leads // 50)  # a page of them, also where people are few
        sql.run(MAKE_COMPANIES, companies=companies)
        sql.run(MAKE_LEADS, leads=leads, companies=companies, rare=RARE)
    client = Client()
    client.force_login(made.owner, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def analyse() -> None:
    """Statistics as autovacuum would have gathered them a minute after the load."""
    with closing(psycopg2.connect(os.environ["DATABASE_OWNER_URL"].replace("%2f", "%2F"))) as owner:
        owner.autocommit = True
        with owner.cursor() as cursor:
            cursor.execute("ANALYZE leads_lead, leads_company")


MAKE_COMPANIES = """
    INSERT INTO leads_company
           (tenant_id, public_id, name, name_key, domain, industry, prefecture, created_at, updated_at)
    SELECT %(tenant_id)s, 'comp_' || md5(gen_random_uuid()::text), '企業' || n, '企業' || n, 'c' || n || '.example',
           '', '', now(), now()
      FROM generate_series(1, %(companies)s) AS n
"""

MAKE_LEADS = """
    WITH firm AS (
        SELECT array_agg(company.id) AS ids FROM leads_company AS company WHERE company.tenant_id = %(tenant_id)s
    )
    INSERT INTO leads_lead (tenant_id, public_id, email, email_key, email_domain, email_kind, last_name, first_name,
           last_name_kana, first_name_kana, name_key, kana_key, company_id, department, job_title, job_rank, phone,
           phone_key, prefecture, created_at, updated_at)
    SELECT %(tenant_id)s, 'lead_' || md5(n::text || gen_random_uuid()::text), 'p' || n || '@x.example',
           'p' || n || '@x.example', 'x.example', 'business',
           called.name, '太郎' || n, '', '', called.name || '太郎' || n, '', firm.ids[1 + n %% %(companies)s],
           CASE n %% %(rare)s WHEN 1 THEN '監査室' ELSE '営業部' END, '課長', 1 + n %% 6, '', '', '',
           now() - n * interval '1 second', now() - n * interval '1 second'
      FROM firm, generate_series(1, %(leads)s) AS n
     CROSS JOIN LATERAL (SELECT CASE n %% %(rare)s
            WHEN 0 THEN '小鳥遊' ELSE (ARRAY['山田', '佐藤', '鈴木', '田中', '高橋'])[1 + n %% 5] END) AS called(name)
"""


def rate(port: int, session: str, path: str, requests: int = REQUESTS) -> float:
    """Requests per second at four connections; anything but 200 stops the benchmark."""
    return hit(port, session, path, requests).per_second


def hit(port: int, session: str, path: str, requests: int) -> load.Load:
    """So many GETs of a signed-in member."""
    cookie = f"Cookie: {settings.SESSION_COOKIE_NAME}={session}"
    request = f"GET {path} HTTP/1.1\r\nHost: bench\r\nAccept-Language: ja\r\n{cookie}\r\n\r\n".encode()
    done = load.run(port, lambda number: request, requests=requests, connections=CONNECTIONS)
    assert set(done.statuses) == {200}, done.statuses
    return done


@contextmanager
def server() -> Iterator[int]:
    """granian as `make run` starts it, one worker, on a free port."""
    port = free_port()
    command = granian("wsgi", port, "benchmarks.pages_server:application", "--blocking-threads", "4")
    with child(command, {"MA_PROCESS": "web", "SECRET_KEY": settings.SECRET_KEY}):  # the sessions' key
        wait(lambda: answers(port), what="the web server answers")
        yield port
