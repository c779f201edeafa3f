"""A vocabulary with every kind of word, over the tables of `scratch`, and nothing of the real apps."""

from __future__ import annotations

from conditions import (
    SUBJECT,
    Choice,
    EventWord,
    EventWords,
    Field,
    Fields,
    Kind,
    Phrase,
    Piece,
    Through,
    VisitorWords,
    Vocabulary,
)

COMPANY = Through(
    alias="company",
    key="lead.company_id",
    rows="SELECT company.id FROM leads_company AS company WHERE company.tenant_id = %(tenant_id)s",
)
LISTED = Through(
    alias="listed",
    key="lead.id",
    rows="SELECT listed.lead_id FROM leads_listed AS listed WHERE listed.tenant_id = %(tenant_id)s",
)
RANKS = ("staff", "leader", "section_chief", "manager", "deputy_director", "director")
RANK_CHOICES = [Choice(key, Phrase(key, key), stored=place) for place, key in enumerate(RANKS)]
RANK_CHOICES[3] = Choice("manager", Phrase("manager", "課長"), stored=3)
STAGES = [Choice(key, key) for key in ("inquiry", "nurturing", "mql")]

EVENTS = {
    "page_viewed": EventWord(
        "page_viewed", 1, Phrase("page view", "ページ閲覧"), Phrase("viewed", "閲覧"), Phrase("a page", "ページ")
    ),
    "asset_downloaded": EventWord("asset_downloaded", 4, Phrase("download", "資料ダウンロード")),
    "trial_started": EventWord(
        "trial_started",
        1000,
        "trial_started",
        sql="event.props ->> 'name' = %(name)s",
        params={"name": "trial_started"},
    ),
}


def event_fields() -> Fields:
    return Fields(
        Field("path", Kind.TEXT, "subject.path", Phrase("path", "パス"), through=SUBJECT),
        Field("title", Kind.FOLDED, "subject.name", Phrase("title", "タイトル"), through=SUBJECT),
        Field("occurred_at", Kind.MOMENT, "event.occurred_at", Phrase("when", "日時")),
        Field(
            "visible_ms",
            Kind.NUMBER,
            "event.duration",
            Phrase("visible time", "閲覧時間"),
            sum_sql="event.duration / 1000.0",
        ),
        families={
            "properties.": lambda key: Field(
                f"properties.{key}", Kind.ANY, "event.props -> %(key)s", key, params={"key": key}
            )
        },
    )


def totals() -> Fields:
    label = Phrase("visits", "訪問")
    return Fields(Field("visits", Kind.NUMBER, "event.session", label, total="count(DISTINCT event.session)"))


def vocabulary() -> Vocabulary:
    return Vocabulary(
        Field("lead.name", Kind.FOLDED, "lead.name", Phrase("name", "氏名"), folded_sql="lead.name_key"),
        Field("lead.department", Kind.FOLDED, "lead.department", Phrase("department", "部署")),
        Field("lead.email_domain", Kind.TEXT, "split_part(lead.email, '@', 2)", Phrase("mail domain", "ドメイン")),
        Field("lead.job_rank", Kind.RANK, "lead.job_rank", Phrase("job rank", "役職"), choices=RANK_CHOICES),
        Field("lead.stage", Kind.CHOICE, "lead.stage", Phrase("stage", "ステージ"), choices=lambda: STAGES),
        Field("lead.visits", Kind.NUMBER, "lead.visits", Phrase("visits", "訪問回数")),
        Field("lead.ratio", Kind.NUMBER, "lead.ratio", Phrase("ratio", "割合")),
        Field("lead.last_seen_at", Kind.MOMENT, "lead.last_seen_at", Phrase("last visit", "最終訪問")),
        Field("lead.contract_day", Kind.DAY, "lead.contract_day", Phrase("contract day", "契約日")),
        Field("lead.subscribed", Kind.BOOLEAN, "lead.subscribed", Phrase("subscribed", "購読")),
        Field("lead.tags", Kind.SET, "lead.tags", Phrase("tags", "タグ")),
        Field("lead.lists", Kind.SET, "listed.name", Phrase("lists", "リスト"), through=LISTED),
        Field("company.industry", Kind.FOLDED, "company.industry", Phrase("industry", "業種"), through=COMPANY),
        Field("company.employees", Kind.NUMBER, "company.employees", Phrase("employees", "従業員数"), through=COMPANY),
        families={
            "attributes.": lambda key: Field(
                f"attributes.{key}", Kind.ANY, "lead.attributes -> %(key)s", key, params={"key": key}
            )
        },
        events=EventWords(find=EVENTS.get, fields=event_fields(), totals=totals()),
    )


WORDS = vocabulary()
WITH_SEGMENTS = vocabulary()
WITH_SEGMENTS.use_members("segment", lambda member: Piece("lead.id = ANY(%(ids)s)", {"ids": (1,)}))
FLOW_STATES = ("in", "never", "ended", "waiting_at")
WITH_SEGMENTS.use_members(
    "flow",
    lambda member: Piece(
        "coalesce(lead.visits, 0) = %(n)s AND %(reason)s IN ('', coalesce(lead.stage, 'none'))",
        {"n": FLOW_STATES.index(member.state or "in"), "reason": member.reason or ""},
    ),
)

MARKS = Through(
    alias="mark",
    key="visitor.id",
    rows="SELECT mark.visitor_id FROM tracking_mark AS mark WHERE mark.tenant_id = %(tenant_id)s",
)
VISITOR_WORDS = VisitorWords(
    WITH_SEGMENTS,
    Field("visitor.visits", Kind.NUMBER, "visitor.visits", Phrase("visits", "訪問回数")),
    Field("visitor.last_seen_at", Kind.MOMENT, "visitor.last_seen_at", Phrase("last seen", "最終訪問")),
    Field("visitor.known", Kind.BOOLEAN, "(visitor.lead_id IS NOT NULL)", Phrase("known", "既知")),
    Field("visitor.channel", Kind.TEXT, "visitor.channel", Phrase("channel", "チャネル")),
    Field("visitor.marks", Kind.SET, "mark.name", Phrase("marks", "印"), through=MARKS),
)
