"""The pages marketers write and read mails on."""

import re
from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client

from leads.models import Lead
from ma_platform.audit.models import AuditEntry
from ma_platform.tenancy.permissions import Role
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from mailing.actions import Recipient, enqueue_messages
from mailing.addresses import address_hash
from mailing.models import Email, EmailVersion, MailboxEntry, Message, Suppression
from mailing.queries import counts_by_email, counts_of, list_messages
from tests.mailing.conftest import make_leads

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]
FORM = {
    "name": "新製品",
    "kind": "marketing",
    "topic": "newsletter",
    "subject": "{{ lead.last_name|default('ご担当者') }} 様",
    "format": "mjml",
    "markup": "<mjml><mj-body><mj-section><mj-column><mj-text>本文です</mj-text></mj-column></mj-section>"
    "</mj-body></mjml>",
}


def test_a_mail_is_written_and_shown(acme: NewWorkspace, sign_in: SignIn) -> None:
    browser = sign_in(Role.MARKETER)

    made = browser.post("/mails/new", FORM, follow=True)

    assert made.status_code == 200
    assert "新製品" in made.content.decode()
    with tenant_scope(acme.workspace):
        assert EmailVersion.objects.values_list("no", flat=True).get() == 1


def test_saving_again_is_a_new_version(acme: NewWorkspace, mail: Email, sign_in: SignIn) -> None:
    sign_in(Role.MARKETER).post(f"/mails/{mail.public_id}/edit", {**FORM, "name": "変更後"})

    with tenant_scope(acme.workspace):
        assert Email.objects.values_list("name", "version_no").get() == ("変更後", 2)
        assert EmailVersion.objects.count() == 2


def test_a_refused_template_names_line_and_construct_beside_its_field(acme: NewWorkspace, sign_in: SignIn) -> None:
    answer = sign_in(Role.MARKETER).post("/mails/new", {**FORM, "markup": "<mjml>\n{{ lead.x() }}</mjml>"})

    assert answer.status_code == 422
    assert re.search(r"(Line 2: a call|2行目：関数の呼び出し)", answer.content.decode())
    with tenant_scope(acme.workspace):
        assert not Email.objects.exists()


def test_a_draft_is_previewed_in_a_frame_that_can_do_nothing(sign_in: SignIn) -> None:
    browser = sign_in(Role.MARKETER)

    fragment = browser.post("/mails/draft", FORM, headers={"HX-Request": "true"}).content.decode()
    frame = browser.get(fragment.partition('src="')[2].partition('"')[0])

    assert "山田 様" in fragment
    assert "本文です" in frame.content.decode()
    assert frame["Content-Security-Policy"].startswith("sandbox; default-src 'none'")


def test_another_workspace_cannot_open_a_draft(sign_in: SignIn, globex: NewWorkspace) -> None:
    fragment = sign_in(Role.MARKETER).post("/mails/draft", FORM, headers={"HX-Request": "true"}).content.decode()
    stranger = Client()
    stranger.force_login(globex.owner, backend="allauth.account.auth_backends.AuthenticationBackend")

    assert stranger.get(fragment.partition('src="')[2].partition('"')[0]).status_code == 404


@pytest.mark.parametrize("path", ["", "/edit", "/body", "/messages"])
def test_another_workspace_s_mail_is_not_found(mail: Email, globex: NewWorkspace, path: str) -> None:
    stranger = Client()
    stranger.force_login(globex.owner, backend="allauth.account.auth_backends.AuthenticationBackend")

    assert stranger.get(f"/mails/{mail.public_id}{path}").status_code == 404


@pytest.mark.parametrize("path", ["/mails/", "/mails/suppressions"])
def test_lists_answer(mail: Email, sign_in: SignIn, path: str) -> None:
    assert sign_in(Role.VIEWER).get(path).status_code == 200


def test_the_message_list_says_who_and_why(acme: NewWorkspace, mail: Email, sign_in: SignIn, now: datetime) -> None:
    with tenant_scope(acme.workspace):
        enqueue_messages(mail, [Recipient(lead, "k") for lead in make_leads(["a@client.example"], now=now)], now=now)
        Message.objects.update(state="skipped", reason="no_basis")
    browser = sign_in(Role.VIEWER)

    page = browser.get(f"/mails/{mail.public_id}/messages?state=skipped").content.decode()
    other = browser.get(f"/mails/{mail.public_id}/messages?state=failed").content.decode()

    assert "a@client.example" in page
    assert "no_basis" not in page
    assert "a@client.example" not in other


def test_a_lead_s_page_shows_their_mails(acme: NewWorkspace, mail: Email, sign_in: SignIn, now: datetime) -> None:
    with tenant_scope(acme.workspace):
        (lead,) = make_leads(["a@client.example"], now=now)
        enqueue_messages(mail, [Recipient(lead, "k")], now=now)
        public_id = Lead.objects.get(pk=lead).public_id

    assert "資料送付" in sign_in(Role.SALES).get(f"/leads/{public_id}").content.decode()


def test_a_viewer_may_not_write(mail: Email, sign_in: SignIn) -> None:
    viewer = sign_in(Role.VIEWER)

    assert viewer.get("/mails/new").status_code == 403
    assert viewer.post(f"/mails/{mail.public_id}/test").status_code == 403
    assert viewer.post("/mails/suppressions/add", {"address": "a@b.example"}).status_code == 403


def test_a_test_goes_to_oneself(acme: NewWorkspace, mail: Email, sign_in: SignIn) -> None:
    sign_in().post(f"/mails/{mail.public_id}/test")

    with tenant_scope(acme.workspace):
        message = Message.objects.get()
    assert (message.to_address, message.priority, message.content["subject"]) == (
        "owner@acme.example",
        0,
        "[TEST] 山田 様 資料のご案内",
    )


def test_an_address_is_suppressed_and_allowed_again(acme: NewWorkspace, sign_in: SignIn) -> None:
    browser = sign_in()

    browser.post("/mails/suppressions/add", {"address": "Bad@client.example"})
    with tenant_scope(acme.workspace):
        row = Suppression.objects.get()
    browser.post(f"/mails/suppressions/{row.address_hash}/remove")

    assert row.address == "Bad@client.example"
    with tenant_scope(acme.workspace):
        assert not Suppression.objects.exists()


def test_the_local_mail_box_shows_what_was_caught(db: None, client: Client) -> None:
    raw = "Subject: =?utf-8?B?5Lu25ZCN?=\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<script>1</script><p>本文</p>"
    kept = MailboxEntry.objects.create(
        sender="a@b.example", recipient="c@d.example", subject="件名", content=raw.encode()
    )

    assert "件名" in client.get("/mailbox/").content.decode()
    assert client.get(f"/mailbox/{kept.pk}").status_code == 200
    assert "sandbox" in client.get(f"/mailbox/{kept.pk}/body")["Content-Security-Policy"]


@pytest.mark.django_db
def test_the_mail_box_answers_only_on_this_machine(client):
    assert client.get("/mailbox/", REMOTE_ADDR="192.0.2.7").status_code == 404
    assert client.get("/mailbox/").status_code == 200


def test_who_stopped_an_address_and_who_allowed_it_again_is_on_record(acme: NewWorkspace, sign_in: SignIn) -> None:
    browser = sign_in(Role.MARKETER)

    browser.post("/mails/suppressions/add", {"address": "bad@client.example"})
    browser.post("/mails/suppressions/add", {"address": "bad@client.example"})
    browser.post(f"/mails/suppressions/{address_hash('bad@client.example')}/remove")

    with tenant_scope(acme.workspace):
        lines = list(AuditEntry.objects.filter(verb__startswith="address.").order_by("id").values("verb", "facts"))
    assert [line["verb"] for line in lines] == ["address.suppressed", "address.unsuppressed"]
    assert "client.example" not in str(lines)


def test_older_mails_are_found_by_the_same_search(acme: NewWorkspace, sign_in: SignIn, now: datetime) -> None:
    with tenant_scope(acme.workspace):
        Email.objects.bulk_create(
            Email(name=f"A&B {n}", kind="marketing", topic="t", subject="s", created_at=now, updated_at=now)
            for n in range(51)
        )

    page = sign_in(Role.MARKETER).get("/mails/", {"q": "A&B"}).content.decode()

    assert "q=A%26B" in page


def test_messages_are_listed_newest_first_across_states(
    acme: NewWorkspace, mail: Email, sign_in: SignIn, now: datetime
) -> None:
    with tenant_scope(acme.workspace):
        leads = make_leads([f"p{n}@client.example" for n in range(6)], now=now)
        enqueue_messages(mail, [Recipient(lead, "k", {}) for lead in leads], now=now)
        ids = list(Message.objects.order_by("-id").values_list("id", flat=True))
        Message.objects.filter(id__in=ids[::2]).update(state="skipped")

        first = [row.id for row in list_messages(mail.pk, limit=4)]
        rest = [row.id for row in list_messages(mail.pk, after=[first[-1]], limit=4)]
        skipped = [row.id for row in list_messages(mail.pk, state="skipped")]

    assert first + rest == ids
    assert skipped == ids[::2]


def test_the_list_leads_to_the_messages_it_counts(
    acme: NewWorkspace, mail: Email, sign_in: SignIn, now: datetime
) -> None:
    with tenant_scope(acme.workspace):
        leads = make_leads([f"p{number}@client.example" for number in range(3)], now=now)
        enqueue_messages(mail, [Recipient(lead, "flow:1:s1", {}) for lead in leads], now=now)
        Message.objects.filter(lead_id=leads[0]).update(state="accepted")
    browser = sign_in(Role.MARKETER)

    href = re.search(rf"/mails/{mail.public_id}/\w+/?\?[^\"]+", browser.get("/mails/").content.decode())
    shown = browser.get(href[0] if href else "").context["rows"]

    assert [line.row.state for line in shown] == ["accepted"]


def test_a_list_counts_no_further_than_it_says(acme: NewWorkspace, mail: Email, now: datetime) -> None:
    with tenant_scope(acme.workspace):
        leads = make_leads([f"p{number}@client.example" for number in range(4)], now=now)
        enqueue_messages(mail, [Recipient(lead, "flow:1:s1", {}) for lead in leads], now=now)
        Message.objects.filter(lead_id=leads[0]).update(state="skipped", reason="no_basis")

        bounded, whole = counts_by_email([mail.pk], most=1)[mail.pk], counts_of(mail.pk)

    assert bounded.states == {"queued": 2, "skipped": 1}
    assert (whole.states, whole.skipped) == ({"queued": 3, "skipped": 1}, {"no_basis": 1})
