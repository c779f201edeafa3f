"""Row 7: an import of Japanese rows, 10 % of them repeated, against COPY of the same rows into the table of people."""

from __future__ import annotations

import csv
import io
import random
import time
from functools import partial

from benchmarks.table import Row, compared, interleaved
from leads.actions import imports
from leads.models import Import
from ma_platform import clock, ids
from ma_platform.db import sets, sql
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions import create_workspace
from ma_platform.workspaces.actions.workspaces import NewWorkspace

ROWS = 500_000
HEADINGS = [
    "会社名",
    "部署名",
    "役職",
    "姓",
    "名",
    "姓カナ",
    "名カナ",
    "メールアドレス",
    "電話番号",
    "都道府県",
    "タグ",
    "顧客ID",
]
TITLES = ("課長", "部長", "担当", "主任", "取締役")


def measure(scale: float) -> list[Row]:
    """Rows a second of the run, of the dry run, and the longest step."""
    count = max(20_000, int(ROWS * scale))
    worst: list[float] = []
    measured = interleaved(partial(copied, count), partial(imported, count, worst), rounds=1)
    goal = "≥ 0.35"
    return [
        compared("7 import, chunked with validation", measured, unit="rows/s", goal=goal),
        Row("7 longest chunk", max(worst, default=0.0) * 1000, "ms", None, None, "≤ 2000"),
    ]


def workspace() -> NewWorkspace:
    mail = f"{ids.code()}@bench.example"
    return create_workspace(name="bench", email=mail, password="correct horse battery", now=clock.now())


def lines(count: int) -> list[list[str]]:
    """Rows as in a card list; every tenth says something about somebody named before."""
    dice = random.Random(7)
    people = [number if dice.random() > 0.1 else dice.randrange(max(1, number)) for number in range(count)]
    return [_line(one, dice) for one in people]


def _line(one: int, dice: random.Random) -> list[str]:
    return [
        *(f"株式会社企業{one // 20}", "営業本部 第一営業部", dice.choice(TITLES), "山田", "太郎", "ヤマダ", "タロウ"),
        *(f"taro{one}@client{one // 20}.co.jp", f"03-{1000 + one % 9000:04}-{one * 7 % 10000:04}", "東京都", "展示会"),
        f"C-{one}",
    ]


def imported(count: int, worst: list[float]) -> float:
    """Rows a second from the first chunk of the run to the last."""
    made, text = workspace(), io.StringIO(newline="")
    csv.writer(text).writerows([HEADINGS, *lines(count)])
    content = text.getvalue().encode("cp932")
    with tenant_scope(made.workspace):
        upload = imports.Upload("cards.csv", len(content), io.BytesIO(content))
        transfer = imports.upload_file(upload, "leads", by=made.owner, key=None, now=clock.now())
        imports.ask_check(transfer.public_id, imports.Options.of(transfer.options), now=clock.now())
    drive(made, transfer, [])
    with tenant_scope(made.workspace):
        imports.ask_run(transfer.public_id, by=made.owner, now=clock.now())
    return count / drive(made, transfer, worst)


def drive(made: NewWorkspace, transfer: Import, steps: list[float]) -> float:
    """Step after step, each in a transaction of its own, as the worker does; seconds of all."""
    began, more = time.perf_counter(), True
    while more:
        step = time.perf_counter()
        with tenant_scope(made.workspace):
            more = imports.advance(transfer.pk, now=clock.now())
        steps.append(time.perf_counter() - step)
    return time.perf_counter() - began


def copied(count: int) -> float:
    """Rows a second of COPY and INSERT into the same table and indexes: nothing looked up, nothing checked."""
    made, rows = workspace(), [[ids.new("lead"), *line] for line in lines(count)]
    rows = list({line[8]: line for line in rows}.values())
    began = time.perf_counter()
    with tenant_scope(made.workspace):
        sets.staging("bench_people", ", ".join(f"c{place} text" for place in range(len(rows[0]))))
        sets.copy_into("bench_people", [f"c{place}" for place in range(len(rows[0]))], rows)
        sql.run(INSERT_PEOPLE)
    return len(rows) / (time.perf_counter() - began)


INSERT_PEOPLE = """
    INSERT INTO leads_lead (tenant_id, public_id, email, email_key, email_domain, email_kind, last_name, first_name,
           last_name_kana, first_name_kana, name_key, kana_key, department, job_title, phone, phone_key, prefecture,
           created_at, updated_at)
    SELECT %(tenant_id)s, c0, c8, c8, split_part(c8, '@', 2), 'business', c4, c5, c6, c7, c4 || c5, c6 || c7, c2, c3,
           c9, replace(c9, '-', ''), c10, now(), now()
      FROM bench_people
"""
