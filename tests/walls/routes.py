"""Every address of the product × method × who may ask. A URL without a row here fails the build.

`$name` stands for an id or value of the tenant who asks (`populated.Tenant.ids`); the crawl fills in another tenant's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ma_platform.tenancy.permissions import Capability as C
from tests.walls import bodies

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


class Anybody(StrEnum):
    """Those for whom no role decides."""

    SIGNED_IN = "whoever is signed in"
    TOKEN = "a stranger with a token or a door id"
    OPEN = "everybody"
    LOCAL = "everybody on this machine, with DEBUG only"


Who = C | Anybody
SIGNED_IN, TOKEN, OPEN, LOCAL = Anybody


@dataclass(frozen=True)
class Row:
    """One address. A method that is None answers 405. `body` is sent with every write, `query` with all."""

    name: str
    args: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, object] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict, kw_only=True)
    GET: Who | None = None
    POST: Who | None = None
    PUT: Who | None = None
    PATCH: Who | None = None
    DELETE: Who | None = None
    json: bool = False
    leads_away: bool = False  # redirects to a customer's page, where the author's link goes

    @property
    def is_api(self) -> bool:
        return self.name.startswith("api:")

    @property
    def methods(self) -> dict[str, Who]:
        """Who may ask, by the methods that are answered."""
        return {method: who for method in METHODS if (who := getattr(self, method)) is not None}


LEAD, COMPANY = {"lead_id": "$lead"}, {"company_id": "$company"}
FORM, EMAIL, FLOW = {"form_id": "$form"}, {"email_id": "$email"}, {"flow_id": "$flow"}
ALERT, DEAL, MODEL = {"alert_id": "$alert"}, {"deal_id": "$deal"}, {"key": "default"}
NETWORK, GUESS = {"network_id": "$network"}, {"network_id": "$guess"}
CONFLICT, DOUBLE = {"binding_id": "$conflict"}, {"suggestion_id": "$suggestion"}
BOTH, SURVIVOR = {"lead_id": "$lead", "other_id": "$double"}, {"lead_id": "$survivor"}
IMPORT, TRIED = {"import_id": "$import"}, {"import_id": "$tried_import"}
SEGMENT, LIST = {"segment_id": "$segment"}, {"segment_id": "$list"}
TWIN = {"suggestion_id": "$twin"}
VIEW, BULK_JOB = {"view_id": "$view"}, {"job_id": "$bulk_job"}
THEIR_NOTE, THEIR_TASK, THEIR_FILE = (
    {"lead_id": "$lead", f"{kind}_id": f"${kind}"} for kind in ("note", "todo", "file")
)
ATTRIBUTE = {"attribute_id": "$attribute"}
MEMBER, PAUSED = {"user_id": "$member"}, {"flow_id": "$paused_flow"}

MACHINE = (
    Row("healthz", GET=OPEN),
    Row("readyz", GET=OPEN),
    Row("api_schema", GET=OPEN),
    Row("api_docs", GET=OPEN),
    Row("styleguide", GET=SIGNED_IN),
)
ACCOUNTS = (
    Row("account_login", body=bodies.SIGN_IN, GET=OPEN, POST=OPEN),
    Row("account_logout", GET=OPEN, POST=OPEN),
    Row("account_signup", GET=OPEN, POST=OPEN),
    Row("account_inactive", GET=OPEN),
    Row("account_change_password", body=bodies.NEW_PASSWORD, GET=SIGNED_IN, POST=SIGNED_IN),
    Row("account_set_password", GET=SIGNED_IN, POST=SIGNED_IN),
    Row("account_reset_password", body={"email": "$asker@example.com"}, GET=OPEN, POST=OPEN),
    Row("account_reset_password_done", GET=OPEN),
    Row("account_reset_password_from_key", {"uidb36": "1", "key": "0-0"}, GET=TOKEN, POST=TOKEN),
    Row("account_reset_password_from_key_done", GET=OPEN),
    Row("account_reauthenticate", body={"password": "correct horse"}, GET=SIGNED_IN, POST=SIGNED_IN),
    Row("sign_out", POST=OPEN),
    Row("set_language", body={"language": "en"}, POST=OPEN),
    Row("switch_workspace", body={"workspace": "$workspace"}, POST=SIGNED_IN),
    Row("accept_invitation", {"token": "$invitation_token"}, bodies.JOIN, GET=TOKEN, POST=TOKEN),
)
SETTINGS = (
    Row("settings", body=bodies.WORKSPACE, GET=C.MANAGE_WORKSPACE, POST=C.MANAGE_WORKSPACE),
    Row("members", GET=C.MANAGE_MEMBERS),
    Row("invite_member", body={"email": "new@example.com", "role": "viewer"}, POST=C.MANAGE_MEMBERS),
    Row("member_role", MEMBER, {"role": "sales"}, POST=C.MANAGE_MEMBERS),
    Row("remove_member", MEMBER, POST=C.MANAGE_MEMBERS),
    Row("withdraw_invitation", {"public_id": "$invitation"}, POST=C.MANAGE_MEMBERS),
    Row("api_keys", GET=C.MANAGE_KEYS),
    Row("issue_key", body={"name": "Salesforce", "scopes": "leads:view"}, POST=C.MANAGE_KEYS),
    Row("revoke_key", {"public_id": "$key"}, POST=C.MANAGE_KEYS),
)
PEOPLE = (
    Row("leads:list", GET=C.VIEW_LEADS),
    Row("leads:count", GET=C.VIEW_LEADS),
    Row("leads:list_filter", GET=C.VIEW_LEADS),
    Row("leads:list_columns", body={"view": "all", "column": "email"}, GET=C.VIEW_LEADS, POST=C.VIEW_LEADS),
    Row("leads:view_save", body={"name": "x", "shared": "on"}, POST=C.VIEW_LEADS),
    Row("leads:view_opens", body={"view": "$view"}, POST=C.VIEW_LEADS),
    Row("leads:view_edit", VIEW, {"name": "x"}, POST=C.VIEW_LEADS),
    Row("leads:view_keep", VIEW, POST=C.VIEW_LEADS),
    Row("leads:view_delete", VIEW, POST=C.VIEW_LEADS),
    Row("leads:bulk_jobs", GET=C.VIEW_LEADS),
    Row("leads:bulk_new", body={"kind": "add_tag", "lead": "$lead"}, POST=C.EDIT_LEADS),
    Row("leads:bulk_count", body=bodies.BULK, POST=C.EDIT_LEADS),
    Row("leads:bulk_start", body=bodies.BULK, POST=C.EDIT_LEADS),
    Row("leads:bulk_job", BULK_JOB, GET=C.VIEW_LEADS),
    Row("leads:bulk_undo", BULK_JOB, POST=C.EDIT_LEADS),
    Row("leads:bulk_stop", BULK_JOB, POST=C.EDIT_LEADS),
    Row(
        "leads:cell",
        {**LEAD, "key": "job_title"},
        {"value": "部長", "was": "部長"},
        GET=C.EDIT_LEADS,
        POST=C.EDIT_LEADS,
    ),
    Row("leads:new", body=bodies.LEAD_FORM, GET=C.EDIT_LEADS, POST=C.EDIT_LEADS),
    Row("leads:duplicates", GET=C.VIEW_LEADS),
    Row("leads:duplicate_apart", DOUBLE, POST=C.EDIT_LEADS),
    Row("leads:duplicate_again", DOUBLE, POST=C.EDIT_LEADS),
    Row("leads:merge", BOTH, GET=C.EDIT_LEADS, POST=C.EDIT_LEADS),
    Row("leads:part", SURVIVOR, {"merge": "$merge"}, POST=C.EDIT_LEADS),
    Row("leads:page", LEAD, GET=C.VIEW_LEADS),
    Row("leads:events", LEAD, GET=C.VIEW_LEADS),
    Row("leads:edit", LEAD, bodies.LEAD_FORM, GET=C.EDIT_LEADS, POST=C.EDIT_LEADS),
    Row("leads:tag", LEAD, {"tag": "x"}, POST=C.EDIT_LEADS),
    Row("leads:identifier", LEAD, {"kind": "salesforce", "value": "003X"}, POST=C.EDIT_LEADS),
    Row("leads:consent", LEAD, {"topic": "seminar", "answer": "consent", "note": "x"}, POST=C.EDIT_LEADS),
    Row("leads:consent_evidence", LEAD, GET=C.EXPORT_LEADS),
    Row("leads:note", LEAD, {"text": "x"}, POST=C.EDIT_LEADS),
    Row("leads:note_edit", THEIR_NOTE, {"text": "x"}, POST=C.EDIT_LEADS),
    Row("leads:note_delete", THEIR_NOTE, POST=C.EDIT_LEADS),
    Row("leads:todo", LEAD, {"title": "x"}, POST=C.EDIT_LEADS),
    Row("leads:todo_edit", THEIR_TASK, {"title": "x"}, POST=C.EDIT_LEADS),
    Row("leads:todo_delete", THEIR_TASK, POST=C.EDIT_LEADS),
    Row("leads:file_upload", LEAD, {"file": "$pdf"}, POST=C.EDIT_LEADS),
    Row("leads:file", THEIR_FILE, GET=C.VIEW_LEADS),
    Row("leads:file_delete", THEIR_FILE, POST=C.EDIT_LEADS),
    Row("leads:titles", GET=C.VIEW_LEADS),
    Row("leads:title_rank", body={"title": "フェロー", "rank": "manager"}, POST=C.DESIGN_LEADS),
    Row("leads:attributes", body=bodies.ATTRIBUTE, GET=C.DESIGN_LEADS, POST=C.DESIGN_LEADS),
    Row("leads:attribute", ATTRIBUTE, bodies.ATTRIBUTE_EDIT, GET=C.DESIGN_LEADS, POST=C.DESIGN_LEADS),
    Row("leads:attribute_archive", ATTRIBUTE, POST=C.DESIGN_LEADS),
    Row("leads:attribute_move", ATTRIBUTE, {"to": "up"}, POST=C.DESIGN_LEADS),
    Row("leads:erase", LEAD, {"confirm": "$lead_name"}, POST=C.DELETE_LEADS),
    Row("leads:condition_words", GET=C.VIEW_LEADS),
    Row("leads:condition_values", GET=C.VIEW_LEADS),
    Row("leads:condition_people", GET=C.VIEW_LEADS),
    Row("leads:condition_count", body=bodies.CONDITION, POST=C.VIEW_LEADS, json=True),
    Row("leads:condition_sample", body=bodies.CONDITION, POST=C.VIEW_LEADS, json=True),
    Row(
        "leads:condition_explain",
        body={**bodies.CONDITION, "lead": "$lead"},
        POST=C.VIEW_LEADS,
        json=True,
    ),
    Row("leads:condition_describe", body=bodies.CONDITION, POST=C.VIEW_LEADS, json=True),
    Row("leads:imports", GET=C.IMPORT_LEADS),
    Row("leads:import_new", body={"file": "$csv", "kind": "leads"}, GET=C.IMPORT_LEADS, POST=C.IMPORT_LEADS),
    Row("leads:import", IMPORT, GET=C.IMPORT_LEADS),
    Row("leads:import_read", TRIED, {"encoding": "utf-8", "delimiter": ","}, POST=C.IMPORT_LEADS),
    Row("leads:import_columns", TRIED, {"field-0": "email"}, POST=C.IMPORT_LEADS),
    Row("leads:import_run", TRIED, POST=C.IMPORT_LEADS),
    Row("leads:import_stop", IMPORT, POST=C.IMPORT_LEADS),
    Row("leads:import_undo", IMPORT, POST=C.IMPORT_LEADS),
    Row("leads:import_errors", IMPORT, GET=C.IMPORT_LEADS),
    Row("leads:exports", GET=C.EXPORT_LEADS),
    Row("leads:export_new", body={"columns": "email", "format": "csv"}, GET=C.EXPORT_LEADS, POST=C.EXPORT_LEADS),
    Row("leads:export_file", {"export_id": "$export"}, GET=C.EXPORT_LEADS),
    Row("leads:segments", GET=C.VIEW_LEADS),
    Row("leads:segment_new", body=bodies.SEGMENT_FORM, GET=C.EDIT_SEGMENTS, POST=C.EDIT_SEGMENTS),
    Row("leads:segment", SEGMENT, GET=C.VIEW_LEADS),
    Row("leads:segment_edit", SEGMENT, bodies.SEGMENT_FORM, GET=C.EDIT_SEGMENTS, POST=C.EDIT_SEGMENTS),
    Row("leads:segment_status", SEGMENT, GET=C.VIEW_LEADS),
    Row("leads:segment_confirm", {"segment_id": "$changed_segment"}, {"enter_flows": "on"}, POST=C.EDIT_SEGMENTS),
    Row("leads:segment_put", SEGMENT, {"lead": "$lead", "belongs": "in", "days": "7"}, POST=C.EDIT_LEADS),
    Row("leads:segment_release", SEGMENT, {"lead": "$lead"}, POST=C.EDIT_LEADS),
    Row("leads:segment_mend", SEGMENT, POST=C.EDIT_SEGMENTS),
    Row("leads:segment_archive", SEGMENT, {"confirm": "$segment_name"}, POST=C.EDIT_SEGMENTS),
    Row("leads:companies", GET=C.VIEW_LEADS),
    Row("leads:company", COMPANY, GET=C.VIEW_LEADS),
    Row("leads:company_doubles", GET=C.VIEW_LEADS),
    Row("leads:company_double_join", TWIN, {"keep": "one"}, POST=C.EDIT_LEADS),
    Row("leads:company_double_apart", TWIN, POST=C.EDIT_LEADS),
    Row("leads:company_double_again", TWIN, POST=C.EDIT_LEADS),
    Row("leads:company_part", {"join_id": "$join"}, POST=C.EDIT_LEADS),
    Row("leads:company_join", COMPANY, {"name": "だれも知らない"}, POST=C.EDIT_LEADS),
    Row("leads:company_alias", COMPANY, {"kind": "name", "text": "別名商事"}, POST=C.EDIT_LEADS),
    Row("leads:exclusions", GET=C.VIEW_LEADS),
    Row("leads:exclusion_add", body=bodies.EXCLUSION, POST=C.EDIT_LEADS),
    Row("leads:exclusion_remove", {"exclusion_id": "$exclusion"}, POST=C.EDIT_LEADS),
    Row("leads:company_edit", COMPANY, {"name": "新商事"}, GET=C.EDIT_LEADS, POST=C.EDIT_LEADS),
)
SELLING = (
    Row("home", GET=SIGNED_IN),
    Row("health", GET=C.VIEW_REPORTS),
    Row("tracking:setup", GET=C.VIEW_TRACKING),
    Row("tracking:live", GET=C.VIEW_TRACKING),
    Row("tracking:networks", GET=C.VIEW_TRACKING),
    Row("tracking:networks_upload", body={"file": "$pdf", "mode": "add"}, GET=C.EDIT_TRACKING, POST=C.EDIT_TRACKING),
    Row("tracking:networks_confirm", body={"mode": "add", "text": "203.0.113.9,x"}, POST=C.EDIT_TRACKING),
    Row("tracking:networks_new", body=bodies.NETWORK, GET=C.EDIT_TRACKING, POST=C.EDIT_TRACKING),
    Row("tracking:network_delete", NETWORK, POST=C.EDIT_TRACKING),
    Row("tracking:network_refuse", GUESS, POST=C.EDIT_TRACKING),
    Row("tracking:debug", GET=C.VIEW_TRACKING),
    Row("tracking:traffic", GET=C.VIEW_TRACKING),
    Row("tracking:rejudgements", GET=C.VIEW_TRACKING),
    Row("tracking:rejudgement_ask", body={"days": "7"}, POST=C.EDIT_TRACKING),
    Row("tracking:rejudgement_run", {"rejudgement_id": "$rejudgement"}, POST=C.EDIT_TRACKING),
    Row("tracking:pages", GET=C.VIEW_TRACKING),
    Row("tracking:visitor", {"key": "$browser"}, GET=C.VIEW_TRACKING),
    Row("tracking:visitor_erase", {"key": "$browser"}, {"confirm": "$browser_word"}, POST=C.DELETE_LEADS),
    Row("tracking:visitor_export", {"key": "$browser"}, GET=C.EXPORT_LEADS),
    Row(
        "tracking:domains", body={"host": "www.new.example", "kind": "site"}, GET=C.VIEW_TRACKING, POST=C.EDIT_TRACKING
    ),
    Row("tracking:domain_check", body={"host": "$site_host", "kind": "site"}, POST=C.EDIT_TRACKING),
    Row("tracking:domain_remove", body={"host": "$site_host", "kind": "site"}, POST=C.EDIT_TRACKING),
    Row("tracking:settings", body=bodies.TRACKING, GET=C.EDIT_TRACKING, POST=C.EDIT_TRACKING),
    Row("tracking_public:notice", {"code": "$code"}, GET=TOKEN),
    Row("tracking:identity", GET=C.VIEW_TRACKING),
    Row("tracking:identity_settle", CONFLICT, POST=C.EDIT_LEADS),
    Row("tracking:identity_give", CONFLICT, POST=C.EDIT_LEADS),
    Row("tracking:identity_undo", {"binding_id": "$binding"}, GET=C.EDIT_LEADS, POST=C.EDIT_LEADS),
    Row("tracking:identity_shared", {"key": "$browser"}, POST=C.EDIT_TRACKING),
    Row("tracking:identify", GET=C.VIEW_TRACKING),
    Row("tracking:identify_reveal", POST=C.MANAGE_KEYS),
    Row("tracking:identify_check", body={"text": "C-1", "hash": "0"}, POST=C.EDIT_TRACKING),
    Row("tracking:identify_rotate", POST=C.MANAGE_KEYS),
    Row("tracking:identify_drop", POST=C.MANAGE_KEYS),
    Row("lifecycle:stages", GET=C.VIEW_LIFECYCLE),
    Row("lifecycle:move", LEAD, {"to": "sal", "reason": "x"}, POST=C.MOVE_STAGE),
    Row("lifecycle:alerts", GET=C.SEE_ALERTS),
    Row("lifecycle:read_all", POST=C.SEE_ALERTS),
    Row("lifecycle:alert", ALERT, GET=C.SEE_ALERTS),
    Row("lifecycle:read", ALERT, POST=C.SEE_ALERTS),
    Row("lifecycle:deals", GET=C.VIEW_DEALS),
    Row("lifecycle:new_deal", body=bodies.DEAL_FORM, GET=C.EDIT_DEALS, POST=C.EDIT_DEALS),
    Row("lifecycle:deal", DEAL, GET=C.VIEW_DEALS),
    Row("lifecycle:close_deal", DEAL, {"status": "won"}, POST=C.EDIT_DEALS),
    Row("scoring:visitors", GET=C.VIEW_TRACKING),
    Row("scoring:visitor_companies", GET=C.VIEW_TRACKING),
    Row("scoring:model", GET=C.VIEW_SCORING),
    Row("scoring:status", GET=C.VIEW_SCORING),
    Row("scoring:edit", body={"document": bodies.SCORE_TEXT}, GET=C.EDIT_SCORING, POST=C.EDIT_SCORING),
    Row("scoring:review", GET=C.EDIT_SCORING),
    Row("scoring:publish", POST=C.EDIT_SCORING),
    Row("scoring:rollback", body={"version": "1"}, POST=C.EDIT_SCORING),
)
CAPTURE = (
    Row("capture:list", GET=C.VIEW_FORMS),
    Row("capture:new", body={"name": "資料請求"}, POST=C.EDIT_FORMS),
    Row("capture:release", {"submission_id": "$suspicious"}, POST=C.EDIT_FORMS),
    Row("capture:edit", FORM, bodies.FORM_EDITOR, GET=C.EDIT_FORMS, POST=C.EDIT_FORMS),
    Row("capture:preview", FORM, bodies.FORM_EDITOR, POST=C.EDIT_FORMS),
    Row("capture:publish", FORM, {"published": "1"}, POST=C.EDIT_FORMS),
    Row("capture:embed", FORM, GET=C.VIEW_FORMS),
    Row("capture:submissions", FORM, GET=C.VIEW_FORMS),
    Row("capture:assets", GET=C.VIEW_FORMS),
    Row("capture:upload", body={"file": "$pdf"}, POST=C.EDIT_FORMS),
    Row("capture_public:script", FORM, GET=TOKEN),
    Row("capture_public:definition", FORM, GET=TOKEN),
    Row("capture_public:form", FORM, bodies.FORM_POST, GET=TOKEN, POST=TOKEN, json=True),
    Row("capture_public:download", {"token": "$download_token"}, GET=TOKEN),
)
MAIL = (
    Row("mailing:list", GET=C.VIEW_MAIL),
    Row("mailing:new", body=bodies.MAIL_FORM, GET=C.EDIT_MAIL, POST=C.EDIT_MAIL),
    Row("mailing:draft", body=bodies.MAIL_FORM, POST=C.EDIT_MAIL),
    Row("mailing:draft_body", {"token": "$draft"}, GET=C.EDIT_MAIL),
    Row("mailing:suppressions", GET=C.VIEW_MAIL),
    Row("mailing:suppress", body={"address": "x@example.com"}, POST=C.SEND_MAIL),
    Row("mailing:unsuppress", {"address_hash": "$suppression"}, POST=C.SEND_MAIL),
    Row("mailing:email", EMAIL, GET=C.VIEW_MAIL),
    Row("mailing:edit", EMAIL, bodies.MAIL_FORM, GET=C.EDIT_MAIL, POST=C.EDIT_MAIL),
    Row("mailing:body", EMAIL, GET=C.VIEW_MAIL),
    Row("mailing:test", EMAIL, POST=C.SEND_MAIL),
    Row("mailing:messages", EMAIL, GET=C.VIEW_MAIL),
    Row("mailing:mailbox", GET=LOCAL),
    Row("mailing:mailbox_entry", {"entry_id": "$mailbox_entry"}, GET=LOCAL),
    Row("mailing:mailbox_body", {"entry_id": "$mailbox_entry"}, GET=LOCAL),
    Row("mail_opened", {"token": "$open_token"}, GET=TOKEN),
    Row("mail_clicked", {"token": "$click_token"}, GET=TOKEN, leads_away=True),
    Row("mail_trapped", {"token": "$open_token"}, GET=TOKEN),
    Row("mail_refusal", {"token": "$refuse_token"}, {"wish": "topic"}, GET=TOKEN, POST=TOKEN),
)
FLOWS = (
    Row("nurturing:list", GET=C.VIEW_FLOWS),
    Row("nurturing:new", POST=C.EDIT_FLOWS),
    Row("nurturing:take_template", {"key": "document_request"}, POST=C.EDIT_FLOWS),
    Row("nurturing:flow", FLOW, GET=C.VIEW_FLOWS),
    Row("nurturing:document", FLOW, {"document": bodies.FLOW_TEXT}, GET=C.VIEW_FLOWS, POST=C.EDIT_FLOWS),
    Row("nurturing:runs", FLOW, GET=C.VIEW_FLOWS),
    Row("nurturing:step", {**FLOW, "step": "letter"}, GET=C.VIEW_FLOWS),
    Row("nurturing:publish", FLOW, POST=C.PUBLISH_FLOWS),
    Row("nurturing:pause", FLOW, POST=C.PUBLISH_FLOWS),
    Row("nurturing:resume", PAUSED, POST=C.PUBLISH_FLOWS),
)
API = (
    Row("api:workspace", body={"name": "新"}, GET=C.VIEW_LEADS, PATCH=C.MANAGE_WORKSPACE),
    Row("api:leads", body=bodies.LEAD, GET=C.VIEW_LEADS, POST=C.EDIT_LEADS),
    Row("api:leads_upsert", body=bodies.LEAD, POST=C.EDIT_LEADS),
    Row("api:leads_bulk", body={"leads": [bodies.LEAD]}, POST=C.EDIT_LEADS),
    Row("api:leads_merge", body={"keep": "$lead", "drop": "$double"}, POST=C.EDIT_LEADS),
    Row("api:lead_unmerge", SURVIVOR, {"drop": "$aside"}, POST=C.EDIT_LEADS),
    Row("api:lead", LEAD, bodies.LEAD, GET=C.VIEW_LEADS, PATCH=C.EDIT_LEADS, DELETE=C.DELETE_LEADS),
    Row("api:lead_timeline", LEAD, GET=C.VIEW_LEADS),
    Row("api:lead_score", LEAD, GET=C.VIEW_SCORING),
    Row("api:lead_stage", LEAD, {"to": "sal", "reason": "x"}, GET=C.VIEW_LIFECYCLE, POST=C.MOVE_STAGE),
    Row("api:lead_runs", LEAD, GET=C.VIEW_FLOWS),
    Row("api:companies", body={"name": "新商事"}, GET=C.VIEW_LEADS, POST=C.EDIT_LEADS),
    Row("api:company", COMPANY, {"industry": "製造業"}, GET=C.VIEW_LEADS, PATCH=C.EDIT_LEADS),
    Row("api:segments", body=bodies.SEGMENT, GET=C.VIEW_LEADS, POST=C.EDIT_SEGMENTS),
    Row("api:segment_preview", body=bodies.CONDITION, POST=C.VIEW_LEADS),
    Row(
        "api:segment",
        SEGMENT,
        {"name": "新しい名前"},
        GET=C.VIEW_LEADS,
        PATCH=C.EDIT_SEGMENTS,
        DELETE=C.EDIT_SEGMENTS,
    ),
    Row("api:segment_confirm", {"segment_id": "$changed_segment"}, {"enter_flows": False}, POST=C.EDIT_SEGMENTS),
    Row("api:segment_leads", SEGMENT, {"add": ["$lead"]}, GET=C.VIEW_LEADS, POST=C.EDIT_LEADS),
    Row("api:segment_explain", SEGMENT, query={"lead": "$lead"}, GET=C.VIEW_LEADS),
    Row("api:lists", body={"name": "名刺"}, GET=C.VIEW_LEADS, POST=C.EDIT_SEGMENTS),
    Row(
        "api:list",
        LIST,
        {"name": "新しい名前"},
        GET=C.VIEW_LEADS,
        PATCH=C.EDIT_SEGMENTS,
        DELETE=C.EDIT_SEGMENTS,
    ),
    Row("api:list_leads", LIST, {"add": ["$lead"]}, GET=C.VIEW_LEADS, POST=C.EDIT_LEADS),
    Row("api:attributes", body=bodies.ATTRIBUTE, GET=C.VIEW_LEADS, POST=C.DESIGN_LEADS),
    Row("api:attribute", ATTRIBUTE, {"label": "区分"}, GET=C.VIEW_LEADS, PATCH=C.DESIGN_LEADS),
    Row("api:tags", GET=C.VIEW_LEADS),
    Row("api:imports", body={"file": "$csv", "kind": "leads"}, POST=C.IMPORT_LEADS),
    Row("api:import", IMPORT, GET=C.IMPORT_LEADS),
    Row("api:import_run", TRIED, POST=C.IMPORT_LEADS),
    Row("api:import_undo", IMPORT, POST=C.IMPORT_LEADS),
    Row("api:import_errors", IMPORT, GET=C.IMPORT_LEADS),
    Row("api:touchpoints", body=bodies.TOUCHPOINT, POST=C.EDIT_LEADS),
    Row("api:stages", GET=C.VIEW_LIFECYCLE),
    Row("api:deals", body=bodies.DEAL, GET=C.VIEW_DEALS, POST=C.EDIT_DEALS),
    Row("api:deal", DEAL, GET=C.VIEW_DEALS),
    Row("api:emails", body=bodies.MAIL, GET=C.VIEW_MAIL, POST=C.EDIT_MAIL),
    Row("api:email", EMAIL, bodies.MAIL, GET=C.VIEW_MAIL, PUT=C.EDIT_MAIL),
    Row("api:email_preview", EMAIL, {"lead": "$lead"}, POST=C.VIEW_MAIL),
    Row("api:email_lint", EMAIL, POST=C.VIEW_MAIL),
    Row("api:email_test", EMAIL, {"to": "$owner_email", "lead": "$lead"}, POST=C.SEND_MAIL),
    Row("api:flows", body=bodies.FLOW, GET=C.VIEW_FLOWS, POST=C.EDIT_FLOWS),
    Row("api:flow", FLOW, bodies.FLOW, GET=C.VIEW_FLOWS, PUT=C.EDIT_FLOWS),
    Row("api:flow_publish", FLOW, POST=C.PUBLISH_FLOWS),
    Row("api:flow_pause", FLOW, POST=C.PUBLISH_FLOWS),
    Row("api:flow_resume", PAUSED, {"overdue": "late"}, POST=C.PUBLISH_FLOWS),
    Row("api:flow_stats", FLOW, GET=C.VIEW_FLOWS),
    Row("api:flow_runs", FLOW, {"leads": ["$lead"], "key": "2"}, GET=C.VIEW_FLOWS, POST=C.EDIT_FLOWS),
    Row("api:forms", body={"document": bodies.FORM}, GET=C.VIEW_FORMS, POST=C.EDIT_FORMS),
    Row("api:form", FORM, {"document": bodies.FORM}, GET=C.VIEW_FORMS, PUT=C.EDIT_FORMS),
    Row("api:submissions", GET=C.VIEW_FORMS),
    Row("api:submission", {"submission_id": "$submission"}, GET=C.VIEW_FORMS),
    Row("api:scoring_models", GET=C.VIEW_SCORING),
    Row("api:scoring_model", MODEL, bodies.SCORE, GET=C.VIEW_SCORING, PUT=C.EDIT_SCORING),
    Row("api:scoring_publish", MODEL, POST=C.EDIT_SCORING),
    Row("api:scoring_rollback", MODEL, {"version": 1}, POST=C.EDIT_SCORING),
    Row("api:scoring_status", MODEL, GET=C.VIEW_SCORING),
)
ROWS = (*MACHINE, *ACCOUNTS, *SETTINGS, *PEOPLE, *SELLING, *CAPTURE, *MAIL, *FLOWS, *API)
