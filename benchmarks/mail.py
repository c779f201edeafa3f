"""6a: a personalised mail with tracked links against the same template without; 6b: queue → SMTP → books against the
same client pushing one constant message into the same sink."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from benchmarks.table import Row, compared, interleaved, seconds
from leads.actions import ConsentInput, LeadInput, record_consent, upsert_leads
from ma_platform import clock, ids
from ma_platform.env import ENV
from ma_platform.tenancy.models import WorkspaceSettings
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions import create_workspace
from mailing import compiling, document, rendering, transport
from mailing.actions import Recipient, create_email, deliver_due, enqueue_messages
from mailing.models import Email
from mailing.smtp import Ending, Envelope, Outcome, SmtpTransport, pooled
from mailing.tokens import Signer, Ticket

RENDERS, MAILS, ROUNDS = 5_000, 10_000, 3
LINKS = 12
PARAGRAPH = (
    "<p>{{ lead.last_name|default('ご担当者') }} 様、いつもお世話になっております。"
    + "製品のご案内です。" * 20
    + "</p>"
)
BODY = "".join(
    f'{PARAGRAPH}<p><a href="https://shop.example/item/{number}?from=mail">詳しく見る</a></p>'
    for number in range(LINKS)
)
DOCUMENT = {
    "v": 1, "name": "bench", "kind": "marketing", "topic": "newsletter",
    "subject": "{{ lead.last_name|default('ご担当者') }} 様 今月のご案内", "body": {"html": BODY},
}  # fmt: skip
VALUES = {
    "lead": {"last_name": "山田"},
    "workspace": {"sender_name": "W", "sender_postal_address": "T", "sender_contact": "C"},
}
TICKET = Ticket(1, 2, ids.new("msg"), ids.new("eml"), 0)


def measure(scale: float) -> list[Row]:
    """Rows 6a and 6b."""
    return [rendering_row(int(RENDERS * max(scale, 0.2))), sending_row(max(4_000, int(MAILS * scale)))]


def rendering_row(count: int) -> Row:
    signer = Signer(["b" * 40])
    sources = compiling.compile_document(document.parse(DOCUMENT))
    place = rendering.Place("https://ma.example", 1, TICKET.email, "ja", marketing=True)
    tracked = rendering.load(sources, place, signer)
    plain = rendering.load(sources, replace(place, tracked=False), signer)
    measured = interleaved(partial(plain_rate, plain, count), partial(tracked_rate, tracked, signer, count))
    return compared("6a render with tracked links", measured, unit="mails/s", goal="≥ 0.80", growth="O(template size)")


def plain_rate(loaded: rendering.Loaded, count: int) -> float:
    """The same three templates, run without a ticket."""
    values = {**VALUES, **loaded.own}

    def work() -> None:
        for _ in range(count):
            for part in (loaded.subject, loaded.html, loaded.text):
                part.render(values)

    return count / seconds(work)


def tracked_rate(loaded: rendering.Loaded, signer: Signer, count: int) -> float:
    def work() -> None:
        for _ in range(count):
            rendering.personalise(loaded, VALUES, TICKET, signer)

    return count / seconds(work)


def sending_row(count: int) -> Row:
    with sink() as url:
        vars(transport)["ENV"] = replace(ENV, email_url=url)  # the product's own switch, turned for this process
        tenant_id, mail, leads = prepare(count)
        constant = partial(constant_rate, pooled(url), sample(tenant_id, mail, leads), count)
        rounds = iter(range(100))
        ours = partial(full_rate, tenant_id, mail, leads, rounds)
        ours()
        measured = interleaved(constant, ours, rounds=ROUNDS)
        pooled(url).close()
    return compared("6b send: queue to SMTP to books", measured, unit="mails/s", goal="≥ 0.60", growth="O(recipients)")


@contextmanager
def sink() -> Iterator[str]:
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.smtp_sink"], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield f"smtp://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.kill()
        process.wait()


def prepare(count: int) -> tuple[int, Email, list[int]]:
    """A workspace with a mail and `count` people who agreed to it."""
    now = clock.now()
    space = create_workspace(name="bench", email=f"{ids.code()}@bench.example", password=ids.new("pw"), now=now)
    with tenant_scope(space.workspace):
        WorkspaceSettings.objects.update(sender_name="W", sender_postal_address="T", sender_contact="C")
        mail = create_email(DOCUMENT, by=None, now=now)
        rows = [LeadInput(email=f"p{number}@client.example", last_name="山田") for number in range(count)]
        leads = [row.lead_id for row in upsert_leads(rows, by=None, now=now) if row.lead_id]
        record_consent([ConsentInput(lead_id, "newsletter") for lead_id in leads], now=now)
    return space.workspace.pk, mail, leads


def sample(tenant_id: int, mail: Email, leads: list[int]) -> bytes:
    """One real message, to be sent over and over."""
    caught: list[bytes] = []
    real = transport.hand_over

    def catch(envelopes: list[Envelope]) -> object:
        caught.extend(envelope.content for envelope in envelopes)
        return real(envelopes)

    queue(tenant_id, mail, leads[:1], "sample", clock.now())
    transport.hand_over = catch  # type: ignore[assignment]  # to see one message on its way
    deliver_due(now=clock.now())
    transport.hand_over = real
    return caught[0]


def constant_rate(client: SmtpTransport, content: bytes, count: int) -> float:
    envelopes = [Envelope(number, "a@bench.example", f"p{number}@client.example", content) for number in range(count)]
    outcomes: list[Outcome] = []
    took = seconds(lambda: outcomes.extend(client.hand_over(envelopes, seconds=600)))
    assert [one.ending for one in outcomes] == [Ending.ACCEPTED] * count
    return count / took


def full_rate(tenant_id: int, mail: Email, leads: list[int], rounds: Iterator[int]) -> float:
    """Each round a month later, so that the cap on mails per week never speaks."""
    now = clock.now() + timedelta(days=30 * (1 + next(rounds)))
    queue(tenant_id, mail, leads, f"round:{now}", now)
    sent: Counter[str] = Counter()
    took = seconds(lambda: drain(now, sent))
    assert sent == Counter(sent=len(leads)), sent
    return len(leads) / took


def queue(tenant_id: int, mail: Email, leads: list[int], key: str, now: datetime) -> None:
    with tenant_scope(tenant_id):
        enqueue_messages(mail, [Recipient(lead, key) for lead in leads], now=now)


def drain(now: datetime, sent: Counter[str]) -> None:
    """Until nothing is due; adds up in which state the mails came to rest."""
    while (done := deliver_due(now=now)).claimed:
        sent.update(done.counts)
