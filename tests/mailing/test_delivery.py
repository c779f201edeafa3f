"""From the queue to a real SMTP server and back into the books."""

from datetime import datetime, timedelta

import pytest

from leads.actions import refuse_topic
from ma_platform.tenancy.models import Workspace, WorkspaceSettings
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from mailing.actions import (
    Notice,
    Recipient,
    create_email,
    deliver_due,
    enqueue_messages,
    enqueue_notice,
    save_email,
    suppress,
)
from mailing.models import Email, Message
from mailing.queries import counts_of
from tests.mailing.conftest import DOCUMENT, complete_sender, make_leads
from tests.mailing.sink import Sink

pytestmark = pytest.mark.django_db(transaction=True)


def queue(acme: NewWorkspace, mail: Email, addresses: list[str], now: datetime, *, consent: bool = True) -> list[int]:
    with tenant_scope(acme.workspace):
        leads = make_leads(addresses, now=now, consent=consent)
        enqueue_messages(mail, [Recipient(lead, "flow:run:s1", {}) for lead in leads], now=now)
        return leads


def fates(acme: NewWorkspace) -> list[tuple[str, str]]:
    with tenant_scope(acme.workspace):
        return list(Message.objects.order_by("id").values_list("state", "reason"))


def test_a_mail_arrives_whole(acme: NewWorkspace, mail: Email, sink: Sink, now: datetime) -> None:
    queue(acme, mail, ["hanako@client.example"], now)

    delivery = deliver_due(now=now)

    (arrived,) = sink.mails()
    assert delivery.claimed == 1
    assert arrived["subject"] == "山田 様 資料のご案内"
    assert arrived["to"].addresses[0].addr_spec == "hanako@client.example"
    assert arrived["X-Send-Key"] == "flow:run:s1"
    assert arrived["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "株式会社アクメ" in arrived.get_body(("plain",)).get_content()
    assert fates(acme) == [("accepted", "")]


def test_the_server_s_answers_become_states(acme: NewWorkspace, mail: Email, sink: Sink, now: datetime) -> None:
    names = ["ok", "unknown", "full", "policy", "busy", "cut"]
    queue(acme, mail, [f"{name}@client.example" for name in names], now)

    deliver_due(now=now)

    assert fates(acme) == [
        ("accepted", ""),
        ("failed", "bad_address"),
        ("failed", "mailbox_full"),
        ("failed", "policy"),
        ("queued", "temporary"),
        ("uncertain", "no_answer"),
    ]


def test_temporary_refusals_are_tried_again_and_uncertain_ones_never(
    acme: NewWorkspace, mail: Email, sink: Sink, now: datetime
) -> None:
    queue(acme, mail, ["busy@client.example", "cut@client.example"], now)

    deliver_due(now=now)
    deliver_due(now=now + timedelta(seconds=30))
    early = dict(sink.recipients)
    for hours in range(1, 10):
        deliver_due(now=now + timedelta(hours=hours))

    assert early == {"cut@client.example": 1}
    assert sink.recipients == {"cut@client.example": 1, "busy@client.example": 1}
    assert fates(acme) == [("accepted", ""), ("uncertain", "no_answer")]


def test_only_a_dead_address_is_suppressed(acme: NewWorkspace, mail: Email, sink: Sink, now: datetime) -> None:
    leads = queue(acme, mail, ["unknown@client.example", "full@client.example", "policy@client.example"], now)
    deliver_due(now=now)

    with tenant_scope(acme.workspace):
        enqueue_messages(mail, [Recipient(lead, "flow:run:s2", {}) for lead in leads], now=now)
    deliver_due(now=now)

    assert fates(acme)[3:] == [("skipped", "suppressed"), ("failed", "mailbox_full"), ("failed", "policy")]


def test_the_same_send_key_never_sends_twice(acme: NewWorkspace, mail: Email, sink: Sink, now: datetime) -> None:
    leads = queue(acme, mail, ["a@client.example"], now)
    deliver_due(now=now)

    with tenant_scope(acme.workspace):
        again = enqueue_messages(mail, [Recipient(leads[0], "flow:run:s1", {})] * 2, now=now)
    deliver_due(now=now)

    assert again == 0
    assert sink.recipients == {"a@client.example": 1}


def test_a_refusal_stops_a_mail_already_queued(acme: NewWorkspace, mail: Email, sink: Sink, now: datetime) -> None:
    (lead,) = queue(acme, mail, ["a@client.example"], now)
    with tenant_scope(acme.workspace):
        refuse_topic([lead], "newsletter", now=now, evidence={})

    deliver_due(now=now)

    assert sink.accepted == []
    assert fates(acme) == [("skipped", "refused")]


def test_a_suppression_stops_a_mail_already_queued(acme: NewWorkspace, mail: Email, sink: Sink, now: datetime) -> None:
    queue(acme, mail, ["a@client.example"], now)
    with tenant_scope(acme.workspace):
        suppress(["Ａ@CLIENT.example"], reason="manual", now=now)

    deliver_due(now=now)

    assert sink.accepted == []
    assert fates(acme) == [("skipped", "suppressed")]


def test_marketing_without_a_basis_never_leaves(acme: NewWorkspace, mail: Email, sink: Sink, now: datetime) -> None:
    queue(acme, mail, ["a@client.example"], now, consent=False)

    deliver_due(now=now)

    assert sink.accepted == []
    assert fates(acme) == [("skipped", "no_basis")]


def test_operational_mail_needs_no_basis(acme: NewWorkspace, globex: NewWorkspace, sink: Sink, now: datetime) -> None:
    with tenant_scope(acme.workspace):
        mail = create_email({**DOCUMENT, "kind": "operational"}, by=None, now=now)
    queue(acme, mail, ["a@client.example"], now, consent=False)

    deliver_due(now=now)

    (arrived,) = sink.mails()
    assert arrived["List-Unsubscribe"] is None


def test_marketing_without_the_sender_block_never_leaves(
    acme: NewWorkspace, mail: Email, sink: Sink, now: datetime
) -> None:
    queue(acme, mail, ["a@client.example"], now)
    with tenant_scope(acme.workspace):
        WorkspaceSettings.objects.update(sender_postal_address="")

    deliver_due(now=now)

    assert fates(acme) == [("skipped", "sender_block_missing")]


def test_a_frozen_workspace_sends_nothing(acme: NewWorkspace, mail: Email, sink: Sink, now: datetime) -> None:
    queue(acme, mail, ["a@client.example"], now)
    Workspace.objects.filter(pk=acme.workspace.pk).update(sending_frozen_at=now)

    deliver_due(now=now)

    assert fates(acme) == [("skipped", "sending_frozen")]


def test_the_sixth_mail_of_a_week_waits(acme: NewWorkspace, mail: Email, sink: Sink, now: datetime) -> None:
    (lead,) = queue(acme, mail, ["a@client.example"], now)
    with tenant_scope(acme.workspace):
        enqueue_messages(mail, [Recipient(lead, f"more:{n}", {}) for n in range(4)], now=now)
    deliver_due(now=now)
    with tenant_scope(acme.workspace):
        enqueue_messages(mail, [Recipient(lead, "sixth", {})], now=now + timedelta(days=1))

    deliver_due(now=now + timedelta(days=1))
    waiting = fates(acme)[-1]
    deliver_due(now=now + timedelta(days=7, minutes=1))

    assert waiting == ("deferred", "frequency_cap")
    assert fates(acme)[-1] == ("accepted", "")


def test_a_missing_field_is_named(acme: NewWorkspace, mail: Email, sink: Sink, now: datetime) -> None:
    with tenant_scope(acme.workspace):
        save_email(mail, {**DOCUMENT, "subject": "{{ lead.department }} 御中"}, by=None, now=now)
    queue(acme, mail, ["a@client.example"], now)

    deliver_due(now=now)

    with tenant_scope(acme.workspace):
        assert Message.objects.values_list("state", "reason", "detail").get() == (
            "skipped",
            "missing_field",
            "lead.department",
        )


def test_a_template_that_fails_for_one_person_stops_only_their_mail(
    acme: NewWorkspace, mail: Email, sink: Sink, now: datetime
) -> None:
    with tenant_scope(acme.workspace):
        save_email(
            mail, {**DOCUMENT, "subject": "{% if event.n > 5 %}多い{% else %}少ない{% endif %}"}, by=None, now=now
        )
        leads = make_leads(["a@client.example", "b@client.example"], now=now)
        context = [{"n": "text"}, {"n": 9}]
        enqueue_messages(mail, [Recipient(lead, "k", said) for lead, said in zip(leads, context, strict=True)], now=now)

    deliver_due(now=now)

    assert fates(acme) == [("skipped", "template_error"), ("accepted", "")]
    assert [arrived["subject"] for arrived in sink.mails()] == ["多い"]


def test_a_corrected_typo_reaches_those_still_waiting(
    acme: NewWorkspace, mail: Email, sink: Sink, now: datetime
) -> None:
    queue(acme, mail, ["a@client.example"], now)
    with tenant_scope(acme.workspace):
        save_email(mail, {**DOCUMENT, "subject": "直しました"}, by=None, now=now)

    deliver_due(now=now)

    assert sink.mails()[0]["subject"] == "直しました"


def test_a_line_break_in_a_name_starts_no_header(acme: NewWorkspace, mail: Email, sink: Sink, now: datetime) -> None:
    with tenant_scope(acme.workspace):
        save_email(mail, {**DOCUMENT, "subject": "{{ event.x }}"}, by=None, now=now)
        (lead,) = make_leads(["a@client.example"], now=now)
        enqueue_messages(mail, [Recipient(lead, "k", {"x": "hi\r\nBcc: victim@x.example"})], now=now)

    deliver_due(now=now)

    (arrived,) = sink.mails()
    assert arrived["bcc"] is None
    assert arrived["subject"] == "hi Bcc: victim@x.example"


def test_a_dead_sender_s_claims_become_uncertain_and_are_never_sent(
    acme: NewWorkspace, mail: Email, sink: Sink, now: datetime
) -> None:
    from mailing.actions.claim import claim

    queue(acme, mail, ["a@client.example"], now)
    claim(now=now, limit=10)

    deliver_due(now=now + timedelta(minutes=1))
    held = fates(acme)
    deliver_due(now=now + timedelta(minutes=6))
    deliver_due(now=now + timedelta(days=1))

    assert held == [("sending", "")]
    assert fates(acme) == [("uncertain", "lease_ran_out")]
    assert sink.accepted == []


def test_an_unreachable_server_costs_no_attempt(acme: NewWorkspace, mail: Email, sink: Sink, now: datetime) -> None:
    import socket

    queue(acme, mail, ["a@client.example"], now)
    with socket.socket() as taken, pytest.MonkeyPatch.context() as patch:
        taken.bind(("127.0.0.1", 0))
        from dataclasses import replace

        from ma_platform.env import ENV

        patch.setattr("mailing.transport.ENV", replace(ENV, email_url=f"smtp://127.0.0.1:{taken.getsockname()[1]}"))
        deliver_due(now=now)
    with tenant_scope(acme.workspace):
        held = Message.objects.values_list("state", "attempt").get()
    deliver_due(now=now + timedelta(seconds=25))

    assert held == ("queued", 0)
    assert fates(acme) == [("accepted", "")]


def test_notices_go_first_and_once(acme: NewWorkspace, mail: Email, sink: Sink, now: datetime) -> None:
    queue(acme, mail, [f"l{n}@client.example" for n in range(5)], now)
    notice = Notice(to="sales@acme.example", subject="ホットリード", text="山田様", key="alert:1")
    with tenant_scope(acme.workspace):
        assert enqueue_notice([notice], now=now) == 1
        assert enqueue_notice([notice], now=now) == 0

    deliver_due(now=now, limit=3)

    assert sink.accepted[0][0] == "sales@acme.example"
    assert sum(sink.recipients.values()) == 3


def test_tenants_take_turns(acme: NewWorkspace, globex: NewWorkspace, mail: Email, sink: Sink, now: datetime) -> None:
    queue(acme, mail, [f"l{n}@client.example" for n in range(20)], now - timedelta(hours=1))
    with tenant_scope(globex.workspace):
        complete_sender()
        theirs = create_email({**DOCUMENT, "name": "theirs"}, by=None, now=now)
    queue(globex, theirs, ["g1@other.example", "g2@other.example"], now)

    deliver_due(now=now, limit=4)

    assert sorted(address for address in sink.recipients if address.startswith("g")) == [
        "g1@other.example",
        "g2@other.example",
    ]
    assert len(fates(globex)) == 2


def test_the_numbers_add_up_to_the_audience(acme: NewWorkspace, mail: Email, sink: Sink, now: datetime) -> None:
    queue(acme, mail, ["ok@client.example", "unknown@client.example", "cut@client.example"], now)
    queue(acme, mail, ["nobasis@client.example"], now, consent=False)

    deliver_due(now=now)

    with tenant_scope(acme.workspace):
        counts = counts_of(mail.pk)
    assert counts.states == {"accepted": 1, "failed": 1, "uncertain": 1, "skipped": 1}
    assert (counts.settled, counts.audience, counts.skipped) == (4, 4, {"no_basis": 1})


def test_a_sent_mail_is_a_fact_in_the_log(acme: NewWorkspace, mail: Email, sink: Sink, now: datetime) -> None:
    from ma_platform.db import sql

    (lead,) = queue(acme, mail, ["a@client.example"], now)

    deliver_due(now=now)

    with tenant_scope(acme.workspace):
        rows = sql.run(
            "SELECT lead_id, props->>'email' FROM tracking_event WHERE tenant_id = %(tenant_id)s AND name = 8"
        ).rows
    assert rows == [(lead, mail.public_id)]


def test_the_network_is_never_touched_inside_a_transaction(acme: NewWorkspace, sink: Sink) -> None:
    from mailing import transport

    with tenant_scope(acme.workspace), pytest.raises(transport.InsideTransaction):
        transport.hand_over([])


def test_the_sixth_mail_of_one_batch_waits_as_well(acme: NewWorkspace, mail: Email, sink: Sink, now: datetime) -> None:
    (lead,) = queue(acme, mail, ["a@client.example"], now)
    with tenant_scope(acme.workspace):
        enqueue_messages(mail, [Recipient(lead, f"more:{n}", {}) for n in range(6)], now=now)

    deliver_due(now=now)

    assert sink.recipients == {"a@client.example": 5}
    assert fates(acme)[5:] == [("deferred", "frequency_cap")] * 2


def test_a_mail_that_became_marketing_is_held_to_marketing_s_rules(
    acme: NewWorkspace, globex: NewWorkspace, sink: Sink, now: datetime
) -> None:
    with tenant_scope(acme.workspace):
        complete_sender()
        mail = create_email({**DOCUMENT, "kind": "operational"}, by=None, now=now)
        (lead,) = make_leads(["a@client.example"], now=now)
        newsletter = create_email(DOCUMENT, by=None, now=now)
        enqueue_messages(newsletter, [Recipient(lead, f"news:{n}", {}) for n in range(5)], now=now)
    deliver_due(now=now)
    with tenant_scope(acme.workspace):
        enqueue_messages(mail, [Recipient(lead, "once operational", {})], now=now)
        save_email(mail, DOCUMENT, by=None, now=now)

    deliver_due(now=now + timedelta(hours=1))

    assert fates(acme)[-1] == ("deferred", "frequency_cap")


def test_one_workspace_that_fails_costs_no_other_its_mail(
    acme: NewWorkspace, globex: NewWorkspace, mail: Email, sink: Sink, now: datetime
) -> None:
    queue(acme, mail, ["a@client.example"], now)
    with tenant_scope(globex.workspace):
        complete_sender()
        theirs = create_email(DOCUMENT, by=None, now=now)
    queue(globex, theirs, ["g@other.example"], now)
    with tenant_scope(acme.workspace):
        mail.versions.update(document={"v": 1, "of": "another time"})

    deliver_due(now=now)

    assert sink.recipients == {"g@other.example": 1}
    assert fates(acme) == [("sending", "")]
    assert fates(globex) == [("accepted", "")]
