"""A workspace with one of everything, made through the real actions and committed, so that the consumers read it too.

Every text a member could read carries the tenant's mark: found in another tenant's answer, it is a leak.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

from capture.actions import Context, Posted, Upload, create_form, store_asset, submit
from capture.tokens import Download, download_token, shown_token
from leads.actions import ConsentInput, LeadInput, record_consent, upsert_companies, upsert_leads
from leads.actions.companies import add_alias
from leads.actions.company_joins import join_companies
from leads.actions.exclusions import NewExclusion, add_exclusion
from leads.actions.exports import begin, start_export, write_export
from leads.actions.imports import Options, ask_check, ask_run, save_profile, upload_file
from leads.actions.imports import Upload as Incoming
from leads.actions.imports import advance as advance_import
from leads.actions.suggestions import suggest
from leads.models import Company, CompanySuggestion, Lead, Suggestion
from lifecycle.actions import DealInput, move_by_hand, upsert_deals
from lifecycle.models import Alert
from ma_platform.tenancy.models import ApiKey, User
from ma_platform.tenancy.permissions import Capability, Role
from ma_platform.tenancy.queries import WorkspaceEdit
from ma_platform.tenancy.scope import tenant_scope
from ma_platform.workspaces.actions import (
    accept_invitation,
    create_workspace,
    edit_workspace,
    invite,
    issue_key,
)
from ma_platform.workspaces.actions.workspaces import NewWorkspace
from mailing.actions import Recipient, create_email, deliver_due, enqueue_messages, suppress
from mailing.models import MailboxEntry, Message, Suppression
from mailing.signing import SIGNER
from mailing.tokens import Ticket
from nurturing import actions as flows
from nurturing.models import Flow
from tests.reading import read_all
from tests.walls.assigning import make_assignment
from tests.walls.joined import make_joined
from tests.walls.kept import make_kept
from tests.walls.leaving import make_leaving
from tests.walls.listed import make_listing
from tests.walls.naming import make_naming
from tests.walls.segmented import make_segments
from tracking.actions import (
    NewFact,
    SubjectRef,
    add_domain,
    advance,
    ask_rejudgement,
    bind_visitor,
    record_many,
)
from tracking.catalogue import Event
from tracking.models import Binding, Network, Rejected

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
LINK = "https://www.client.example/cases/"


@dataclass
class Tenant:
    """A populated workspace: `ids` by the placeholder's name, people by role, and the mark on its texts."""

    mark: str
    made: NewWorkspace
    now: datetime
    members: dict[Role, User] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)


def populate(mark: str, *, now: datetime) -> Tenant:
    """One of everything. Commits; nothing is in scope before or after."""
    made = create_workspace(name=f"株式会社{mark}", email=f"owner@{mark}.example", password="correct horse", now=now)
    tenant = Tenant(mark, made, now)
    for furnish in FURNISHING:
        with tenant_scope(made.workspace):
            furnish(tenant)
    read_all(now=now)
    deliver_due(now=now)
    with tenant_scope(made.workspace):
        _selling(tenant)
    read_all(now=now)
    deliver_due(now=now)
    read_all(now=now)  # nothing is left to read, so /readyz has no lag to report
    with tenant_scope(made.workspace):
        _tokens(tenant)
    return tenant


def _members(tenant: Tenant) -> None:
    mark, now, owner = tenant.mark, tenant.now, tenant.made.owner
    tenant.members[Role.OWNER] = owner
    for role in (Role.ADMIN, Role.MARKETER, Role.SALES, Role.VIEWER):
        sent = invite(f"{role}@{mark}.example", role, by=owner, now=now)
        user = accept_invitation(sent.token, name=f"{mark} {role}", password="x" * 12, now=now)
        tenant.members[role] = user
    waiting = invite(f"waiting@{mark}.example", Role.VIEWER, by=owner, now=now)
    issue_key(name=f"{mark} key", scopes=list(Capability), by=owner, now=now)
    settings = WorkspaceEdit(f"株式会社{mark}", "Asia/Tokyo", "ja", f"sales@{mark}.example", mark, f"{mark}町1-1", mark)
    edit_workspace(asdict(settings), by=owner, now=now)
    tenant.ids |= {
        "member": str(tenant.members[Role.VIEWER].pk),
        "member_email": tenant.members[Role.SALES].email,
        "owner_email": owner.email,
        "invitation": waiting.invitation.public_id,
        "invitation_token": waiting.token,
        "key": ApiKey.objects.order_by("-id")[0].public_id,
        "workspace": tenant.made.workspace.public_id,
        "code": tenant.made.workspace.code,
        "site_host": add_domain(f"www.{mark}.example", "site", by=owner, now=now).host,
    }


def _people(tenant: Tenant) -> None:
    mark, now = tenant.mark, tenant.now
    ((company, _created),) = upsert_companies(
        [{"name": f"{mark}商事", "domain": f"client.{mark}.example", "industry": mark, "prefecture": "東京都"}], now=now
    )
    said = LeadInput(
        email=f"hanako@client.{mark}.example",
        external_ids={"external_id": f"{mark}-1"},
        last_name=f"{mark}山田",
        first_name="花子",
        company=f"{mark}商事",
        job_title="部長",
        owner=tenant.ids["member_email"],
        tags=(f"{mark}タグ",),
    )
    (lead,) = upsert_leads([said], by=tenant.made.owner, now=now)
    assert lead.lead_id is not None, lead.errors
    record_consent([ConsentInput(lead.lead_id, "newsletter")], now=now)
    tenant.ids |= {
        "lead": str(lead.public_id),
        "lead_pk": str(lead.lead_id),
        "lead_name": f"{mark}山田 花子",
        "lead_email": f"hanako@client.{mark}.example",
        "company": company,
        "browser": _browsing(lead.lead_id, mark, now),
    }
    tenant.ids["browser_word"] = tenant.ids["browser"][:12]


def _files(tenant: Tenant) -> None:
    """A file that was imported, with a row that was not taken, one that was only tried, and an export."""
    mark, now, owner = tenant.mark, tenant.now, tenant.made.owner
    content = f"email,company\njiro@client.{mark}.example,{mark}商事\n{mark} no address,{mark}\n".encode()
    made = [
        upload_file(Incoming(f"{mark}.csv", len(content), BytesIO(content)), "leads", by=owner, now=now) for _ in "12"
    ]
    for transfer in made:
        ask_check(transfer.public_id, Options.of(transfer.options), now=now)
        advance_to_end(transfer.pk, now)
    ask_run(made[0].public_id, by=owner, now=now)
    advance_to_end(made[0].pk, now)
    export = start_export({"q": ""}, columns=["email", "company"], form="csv", by=owner, now=now)
    begin(export.pk)
    write_export(export.pk, now=now)
    tenant.ids |= {
        "import": made[0].public_id,
        "tried_import": made[1].public_id,
        "export": export.public_id,
        "profile": save_profile(made[0], f"{mark}名刺", by=owner, now=now).public_id,
    }


def advance_to_end(import_id: int, now: datetime) -> None:
    while advance_import(import_id, now=now):
        pass


def _listing(tenant: Tenant) -> None:
    tenant.ids |= make_listing(tenant.mark, tenant.ids["lead"], by=tenant.made.owner, now=tenant.now)


def _segments(tenant: Tenant) -> None:
    made, lead_id = tenant.made, int(tenant.ids["lead_pk"])
    tenant.ids |= make_segments(tenant.mark, lead_id, by=made.owner, now=tenant.now)


def _company_doubles(tenant: Tenant) -> None:
    """Two that may be one, two that were joined, and somebody left out."""
    mark, now, owner = tenant.mark, tenant.now, tenant.made.owner
    upsert_companies([{"name": f"{mark}島工業"}, {"name": f"{mark}嶋工業"}], now=now)
    made = upsert_companies([{"name": f"{mark}物産"}, {"name": f"{mark}産業", "industry": mark}], now=now)
    keep, drop = (Company.objects.get(public_id=public_id) for public_id, _ in made)
    add_alias(keep, "name", f"{mark}ブッサン", by=owner, now=now)
    line = NewExclusion("domain", f"rival.{mark}.example", "competitor", f"{mark}の競合")
    tenant.ids |= {
        "twin": CompanySuggestion.objects.get().public_id,
        "join": join_companies(keep, drop, by=owner, now=now).public_id,
        "exclusion": add_exclusion(line, by=owner, now=now).public_id,
    }


def _networks(tenant: Tenant) -> None:
    company = {"confidence": 80, "company_name": f"{tenant.mark}支社", "updated_at": tenant.now}
    listed = Network.objects.create(network="203.0.113.0/24", source="list", **company)
    guessed = Network.objects.create(network="203.0.113.9/32", source="learned", **company)
    asked = ask_rejudgement(tenant.now - timedelta(days=1), tenant.now, by=tenant.made.owner, now=tenant.now)
    while advance(asked.pk, now=tenant.now):
        pass
    aside = Rejected.objects.create(line="", reason="more event names than fit", at=tenant.now)
    aside.refresh_from_db()
    tenant.ids |= {"network": listed.public_id, "guess": guessed.public_id, "rejudgement": asked.public_id}
    tenant.ids["line"] = aside.public_id


def _kept(tenant: Tenant) -> None:
    tenant.ids |= make_kept(tenant.mark, tenant.ids["lead"], by=tenant.made.owner, now=tenant.now)


def _assignment(tenant: Tenant) -> None:
    seller = tenant.members[Role.SALES]
    tenant.ids |= make_assignment(tenant.mark, seller, by=tenant.made.owner, now=tenant.now)


def _identities(tenant: Tenant) -> None:
    """A double of the lead, whose mail was opened on the lead's browser, and a browser of their own."""
    mark, now = tenant.mark, tenant.now
    email, company = f"hanako2@client.{mark}.example", f"{mark}商事"
    said = LeadInput(email=email, last_name=f"{mark}山田", first_name="花子", company=company)
    (double,) = upsert_leads([said], by=tenant.made.owner, now=now)
    assert double.lead_id is not None, double.errors
    bind_visitor(tenant.ids["browser"], double.lead_id, "mail_click", now)
    bind_visitor(f"{mark}-second-browser-0123456789", double.lead_id, "form", now)
    suggest([double.lead_id], now=now)
    noted, held = Binding.objects.filter(lead_id=double.lead_id).order_by("id")
    tenant.ids |= {
        "conflict": noted.public_id,
        "binding": held.public_id,
        "suggestion": Suggestion.objects.get().public_id,
        "double": str(double.public_id),
        **make_joined(mark, by=tenant.made.owner, now=now),
    }


def _browsing(lead_id: int, mark: str, now: datetime) -> str:
    """A page read by a browser that turns out to be the lead's; answers the browser's key."""
    browser = f"{mark}-browser-0123456789abcdef"
    url = f"https://www.{mark}.example/pricing/"
    page = SubjectRef("page", url, f"{mark} 料金", url)
    seen = now - timedelta(minutes=5)
    record_many([NewFact(Event.PAGE_VIEWED, seen, visitor=browser, subject=page, id=uuid4(), visible_ms=40_000)])
    bind_visitor(browser, lead_id, "form", now)
    return browser


def _capture(tenant: Tenant) -> None:
    mark, now, owner = tenant.mark, tenant.now, tenant.made.owner
    asset = store_asset(Upload(f"{mark}.pdf", len(PDF), BytesIO(PDF)), by=owner, now=now)
    form = create_form(form_document(mark, asset=asset.public_id), by=owner, now=now, publish=True)
    answers = {"email": tenant.ids["lead_email"], "last_name": f"{mark}山田", "message": f"{mark} 相談"}
    context = Context(url=f"https://www.{mark}.example/contact/", visitor=tenant.ids["browser"])
    posted = Posted(token=str(uuid4()), answers=answers, consents={"newsletter": True}, context=context)
    clean = submit(form, posted, now=now).submission
    caught = Posted(token=str(uuid4()), answers=answers, consents={}, context=context, trap="http://spam.example")
    tenant.ids |= {
        "asset": asset.public_id,
        "form": form.public_id,
        "submission": clean.public_id,
        "suspicious": submit(form, caught, now=now).submission.public_id,
    }


def form_document(mark: str, *, asset: str) -> dict[str, Any]:
    """A form with a gated file; what it is told makes a lead hot only by the score model."""
    return {
        "v": 1,
        "name": f"{mark} お問い合わせ",
        "fields": [
            {"key": "email", "type": "email", "label": "メール", "required": True},
            {"key": "last_name", "type": "text", "label": "姓", "maps_to": "lead.last_name"},
            {"key": "message", "type": "text", "label": f"{mark} 内容", "multiline": True},
        ],
        "consents": [{"topic": "newsletter", "text": f"{mark} の案内を受け取ります", "required": False}],
        "after": {"asset": asset},
        "actions": [{"type": "add_tag", "tag": f"{mark}タグ"}],
    }


def email_document(mark: str) -> dict[str, Any]:
    """A marketing mail with one link."""
    body = f'<p>{mark} 本文</p><p><a href="{LINK}">Cases</a></p>'
    return {
        "v": 1,
        "name": f"{mark} メール",
        "kind": "marketing",
        "topic": "newsletter",
        "subject": f"{mark} ご案内",
        "body": {"html": body},
    }


def _mail(tenant: Tenant) -> None:
    now = tenant.now
    email = create_email(email_document(tenant.mark), by=tenant.made.owner, now=now)
    enqueue_messages(email, [Recipient(int(tenant.ids["lead_pk"]), "walls", {})], now=now)
    suppress([f"stopped@{tenant.mark}.example"], reason=Suppression.Why.MANUAL, now=now)
    tenant.ids |= {
        "email": email.public_id,
        "message": Message.objects.get(email__isnull=False).public_id,
        "suppression": Suppression.objects.get().address_hash,
    }


def flow_document(mark: str, *, email: str) -> dict[str, Any]:
    """A flow that sends a mail and waits."""
    return {
        "v": 1,
        "name": {"ja": f"{mark} シナリオ", "en": f"{mark} scenario"},
        "trigger": {"type": "manual"},
        "start": "letter",
        "steps": {
            "letter": {"type": "send_email", "email": email, "next": "pause"},
            "pause": {"type": "wait", "for": {"days": 3}, "next": "done"},
            "done": {"type": "end"},
        },
    }


def _flow(tenant: Tenant) -> None:
    now, owner = tenant.now, tenant.made.owner
    flow = flows.create_flow(flow_document(tenant.mark, email=tenant.ids["email"]), by=owner, now=now)
    flows.publish(flow, by=owner, now=now)
    flows.enter_leads(flow, entries=[flows.Entry(lead_id=int(tenant.ids["lead_pk"]), key="")], now=now)
    flows.tick(now=now)
    paused = flows.create_flow(flow_document(tenant.mark, email=tenant.ids["email"]), by=owner, now=now)
    flows.publish(paused, by=owner, now=now)
    flows.pause(Flow.objects.get(pk=paused.pk), by=owner, now=now)
    tenant.ids |= {"flow": flow.public_id, "paused_flow": paused.public_id}


def _selling(tenant: Tenant) -> None:
    mark, now = tenant.mark, tenant.now
    deal = DealInput(external_id=f"{mark}-D1", name=f"{mark} 商談", leads=[tenant.ids["lead"]], company=f"{mark}商事")
    (made,) = upsert_deals([deal], now=now)
    lead = Lead.objects.get(public_id=tenant.ids["lead"])
    move_by_hand(lead, "recycled", by=tenant.made.owner, reason=f"{mark} 理由", now=now)
    tenant.ids |= {"deal": made.public_id, "alert": Alert.objects.order_by("id")[0].public_id}


def _tokens(tenant: Tenant) -> None:
    ids, workspace = tenant.ids, tenant.made.workspace
    ticket = Ticket(workspace.pk, int(ids["lead_pk"]), ids["message"], ids["email"], int(tenant.now.timestamp()))
    tickets = SIGNER.tickets(ticket)
    download = Download(workspace.code, ids["asset"], ids["submission"])
    tenant.ids |= {
        "open_token": tickets.track,
        "click_token": f"{tickets.track}.{SIGNER.link_part(workspace.pk, ids['email'], LINK)}",
        "refuse_token": tickets.refuse,
        "download_token": download_token(download, now=tenant.now),
        "shown_token": shown_token(ids["form"], now=tenant.now - timedelta(minutes=1)),
        "mailbox_entry": str(MailboxEntry.objects.filter(subject__contains="ご案内").order_by("-id")[0].pk),
    }


FURNISHING = (
    _members,
    _people,
    _company_doubles,
    _files,
    _identities,
    _networks,
    _capture,
    _mail,
    _flow,
    _segments,
    _listing,
    _kept,
    _assignment,
    make_leaving,
    make_naming,
)
