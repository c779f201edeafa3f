"""Row 7: an import of Japanese rows, 10 % of them repeated, against COPY of the same file into the same tables."""

from __future__ import annotations

import csv
import io
import os
import random
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, islice
from tempfile import TemporaryFile
from typing import BinaryIO, cast

from django.db import connection

from benchmarks import naive
from benchmarks.flows import learn
from benchmarks.memory import begin, most_held
from benchmarks.table import Row, compared, interleaved
from leads.actions import imports
from leads.models import Import
from ma_platform import clock, ids
from ma_platform.db import sets, sql
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions import create_workspace
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from tracking.catalogue import Event

ROWS, AT_ONCE = 1_000_000, 50_000
THRICE = 100_000  # up to so many rows are read three times, more take too long
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
    """Rows a second of the run and of the check before it, how long its chunks take, and what memory both ask for."""
    count = max(20_000, int(ROWS * scale))
    imported(2_000, Seen())  # libraries and their tables are loaded once
    seen, rounds = Seen(), 3 if count <= THRICE else 1
    measured = interleaved(partial(copied, count), partial(imported, count, seen), rounds=rounds)
    limit = interleaved(partial(copied, count), partial(copied, count, remembered=True), rounds=rounds)
    p99 = sorted(seen.steps)[min(len(seen.steps) - 1, len(seen.steps) * 99 // 100)]
    return [
        compared("7 import, chunked with validation", measured, unit="rows/s", goal="≥ 0.35"),
        compared("7 the limit: COPY and all that is remembered of people", limit, unit="rows/s", goal=""),
        *beside_the_usual_way(count, seen),
        Row("7 chunk p99", p99 * 1000, "ms", None, None, "≤ 2000"),
        Row("7 the check before it", max(seen.checked), "rows/s", None, None, ""),
        Row("7 memory both add", max(seen.added), "MB", None, None, "", "O(chunk)"),
    ]


def beside_the_usual_way(count: int, seen: Seen) -> list[Row]:
    """7 against Django's own ways of writing people: one column of the file each and nothing else of it."""
    rows = min(count, THRICE // 2)
    ours = partial(imported, rows, seen)

    def one_by_one() -> float:
        return naive.updated_or_created(workspace().workspace.pk, [_person(line) for line in lines(rows // 20)])

    def in_bulk() -> float:
        return naive.people_in_bulk(workspace().workspace.pk, [_person(line) for line in lines(rows)])

    one, bulk = interleaved(one_by_one, ours, rounds=1), interleaved(in_bulk, ours, rounds=1)
    return [
        compared("7 of Django's update_or_create", one, unit="rows/s", goal="≥ 80"),
        compared("7 of Django's bulk_create", bulk, unit="rows/s", goal="≥ 3"),
    ]


def _person(line: list[str]) -> naive.Columns:
    _company, department, title, last, first, last_kana, first_kana, email, phone, prefecture, _tag, _code = line
    return {
        "email": email,
        "email_key": email,
        "email_domain": email.partition("@")[2],
        "last_name": last,
        "first_name": first,
        "last_name_kana": last_kana,
        "first_name_kana": first_kana,
        "department": department,
        "job_title": title,
        "phone": phone,
        "prefecture": prefecture,
    }


@dataclass
class Seen:
    """Of imports: seconds of each chunk, rows a second of the check, and MB that check and run add."""

    steps: list[float] = field(default_factory=list)
    checked: list[float] = field(default_factory=list)
    added: list[float] = field(default_factory=list)


def workspace() -> NewWorkspace:
    mail = f"{ids.code()}@bench.example"
    return create_workspace(name="bench", email=mail, password="correct horse battery", now=clock.now())


def lines(count: int) -> Iterator[list[str]]:
    """Rows as in a card list; every tenth says something about somebody who may be named already."""
    dice = random.Random(7)
    for number in range(count):
        yield _line(number if dice.random() > 0.1 else dice.randrange(max(1, number)), dice)


def _line(one: int, dice: random.Random) -> list[str]:
    return [
        *(f"株式会社企業{one // 20}", "営業本部 第一営業部", dice.choice(TITLES), "山田", "太郎", "ヤマダ", "タロウ"),
        *(f"taro{one}@client{one // 20}.co.jp", f"03-{1000 + one % 9000:04}-{one * 7 % 10000:04}", "東京都", "展示会"),
        f"C-{one}",
    ]


def imported(count: int, seen: Seen) -> float:
    """Rows a second from the first chunk of the run to the last."""
    made = workspace()
    with written(chain([HEADINGS], lines(count)), "cp932") as content, tenant_scope(made.workspace):
        upload = imports.Upload("cards.csv", os.fstat(content.fileno()).st_size, content)
        transfer = imports.upload_file(upload, "leads", by=made.owner, now=clock.now())
        imports.ask_check(transfer.public_id, imports.Options.of(transfer.options), now=clock.now())
    before = begin()
    seen.checked.append(count / drive(made, transfer, []))
    with tenant_scope(made.workspace):
        imports.ask_run(transfer.public_id, by=made.owner, now=clock.now())
    took = drive(made, transfer, seen.steps)
    seen.added.append(most_held() - before)
    return count / took


def drive(made: NewWorkspace, transfer: Import, steps: list[float]) -> float:
    """Step after step, each in a transaction of its own, as the worker does; seconds of all."""
    began, more = time.perf_counter(), True
    while more:
        step = time.perf_counter()
        with tenant_scope(made.workspace):
            more = imports.advance(transfer.pk, now=clock.now())
        steps.append(time.perf_counter() - step)
    return time.perf_counter() - began


def copied(count: int, *, remembered: bool = False) -> float:
    """Rows a second of COPY of the file, and INSERT of its columns where they belong: people, their IDs, their tags.

    The same tables, keys and indexes by the same role, in large pieces; nothing is looked up, checked or compared, and
    everybody stands in the file once. remembered: with what undo, history, reports and scenarios need to know of each
    (ADR 18).
    """
    made, rows, people, took = workspace(), once(lines(count)), 0, 0.0
    with tenant_scope(made.workspace):
        Import.objects.create(kind="leads", bytes=0, created_at=clock.now())  # whose outcomes are remembered
    while part := list(islice(rows, AT_ONCE)):
        with written(part, "utf-8") as content:
            began = time.perf_counter()
            _copy(made, content, remembered=remembered)
            took += time.perf_counter() - began
        if not people:
            learn()  # or each reference of the pieces to come is looked for through the whole table
        people += len(part)
    return people / took


def _copy(made: NewWorkspace, content: BinaryIO, *, remembered: bool) -> None:
    with tenant_scope(made.workspace), connection.cursor() as cursor:
        sets.staging("bench_people", ", ".join(f"c{place} text" for place in range(len(HEADINGS))))
        cursor.cursor.copy_expert("COPY bench_people FROM STDIN (FORMAT csv)", content)
        for statement in (INSERT_PEOPLE, INSERT_IDS, INSERT_TAG, INSERT_WORN, *(REMEMBERED if remembered else ())):
            sql.run(statement)


def once(rows: Iterable[list[str]]) -> Iterator[list[str]]:
    """The first row about everybody."""
    seen = set[str]()
    for row in rows:
        if row[-1] not in seen:
            seen.add(row[-1])
            yield row


@contextmanager
def written(rows: Iterable[list[str]], encoding: str) -> Iterator[BinaryIO]:
    """A file with these rows, at its beginning."""
    with TemporaryFile() as content:
        text = io.TextIOWrapper(content, encoding, newline="", write_through=True)
        csv.writer(text).writerows(rows)
        text.detach()
        content.seek(0)
        yield cast(BinaryIO, content)


INSERT_PEOPLE = """
    INSERT INTO leads_lead (tenant_id, public_id, email, email_key, email_domain, email_kind, last_name, first_name,
           last_name_kana, first_name_kana, name_key, kana_key, department, job_title, phone, phone_key, prefecture,
           created_at, updated_at)
    SELECT %(tenant_id)s, 'lead_' || replace(gen_random_uuid()::text, '-', ''), c7, c7, split_part(c7, '@', 2),
           'business', c3, c4, c5, c6, c3 || c4, c5 || c6, c1, c2, c8, replace(c8, '-', ''), c9, now(), now()
      FROM bench_people
"""
INSERT_IDS = """
    INSERT INTO leads_leadidentifier (tenant_id, lead_id, kind, value)
    SELECT %(tenant_id)s, lead.id, 'external_id', c11
      FROM bench_people JOIN leads_lead AS lead ON lead.tenant_id = (SELECT %(tenant_id)s::bigint) AND email_key = c7
"""
INSERT_TAG = """
    INSERT INTO leads_tag (tenant_id, name) SELECT DISTINCT %(tenant_id)s::bigint, c10 FROM bench_people
        ON CONFLICT DO NOTHING
"""
INSERT_WORN = """
    INSERT INTO leads_leadtag (tenant_id, lead_id, tag_id, added_at)
    SELECT %(tenant_id)s, lead.id, tag.id, now()
      FROM bench_people
      JOIN leads_tag AS tag ON tag.tenant_id = (SELECT %(tenant_id)s::bigint) AND tag.name = c10
      JOIN leads_lead AS lead ON lead.tenant_id = (SELECT %(tenant_id)s::bigint) AND email_key = c7
"""
INSERT_HISTORY = """
    INSERT INTO leads_fieldhistory (tenant_id, lead_id, field, value, stated, source, at)
    SELECT %(tenant_id)s, lead.id, '', '', jsonb_build_object('email', c7, 'last_name', c3, 'first_name', c4,
           'last_name_kana', c5, 'first_name_kana', c6, 'department', c1, 'job_title', c2, 'phone', c8,
           'prefecture', c9), 'import:bench', now()
      FROM bench_people JOIN leads_lead AS lead ON lead.tenant_id = (SELECT %(tenant_id)s::bigint) AND email_key = c7
"""
INSERT_OUTCOMES = """
    INSERT INTO leads_importedrow (tenant_id, transfer_id, number, outcome, subject)
    SELECT %(tenant_id)s, transfer.id, lead.id, 'created', lead.public_id
      FROM bench_people
      JOIN leads_lead AS lead ON lead.tenant_id = (SELECT %(tenant_id)s::bigint) AND email_key = c7
      JOIN leads_import AS transfer ON transfer.tenant_id = (SELECT %(tenant_id)s::bigint)
"""
INSERT_FACTS = f"""
    INSERT INTO tracking_event (tenant_id, id, lead_id, stated, name, occurred_at, received_at, verdict, props)
    SELECT %(tenant_id)s, uuidv7(), lead.id, TRUE, fact.name, now(), now(), 0, fact.props::jsonb
      FROM bench_people JOIN leads_lead AS lead ON lead.tenant_id = (SELECT %(tenant_id)s::bigint) AND email_key = c7
     CROSS JOIN (VALUES ({Event.LEAD_CREATED:d}, '{{"source": "import:bench", "fields": ["email", "phone"]}}'),
                        ({Event.TAG_ADDED:d}, '{{"tag": "展示会"}}')) AS fact(name, props)
"""
INSERT_DAYS = f"""
    INSERT INTO tracking_daily (tenant_id, lead_id, name, day, count, visible_ms, first_at, last_at)
    SELECT %(tenant_id)s, lead.id, fact.name, now()::date, 1, 0, now(), now()
      FROM bench_people JOIN leads_lead AS lead ON lead.tenant_id = (SELECT %(tenant_id)s::bigint) AND email_key = c7
     CROSS JOIN (VALUES ({Event.LEAD_CREATED:d}), ({Event.TAG_ADDED:d})) AS fact(name)
"""
REMEMBERED = (INSERT_HISTORY, INSERT_OUTCOMES, INSERT_FACTS, INSERT_DAYS)
