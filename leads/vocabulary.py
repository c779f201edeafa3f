"""Words about people, companies and consent for the condition language."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from conditions import WORDS, Choice, ConditionRefused, Field, Kind, Phrase, Piece, Through
from conditions.tree import Member
from leads.exclusion import EXCLUDED_BY
from leads.models import Company, Segment, Tag
from leads.queries.attribute_words import attribute_family, attribute_keys
from leads.titles import RANKS
from leads.topics import TOPICS, topic_name
from ma_platform.tenancy.queries import members

COMPANY = Through(
    alias="company",
    key="lead.company_id",
    rows="SELECT company.id FROM leads_company AS company WHERE company.tenant_id = %(tenant_id)s",
)
COMPANY_SIZE = Through(
    alias="people",
    key="lead.company_id",
    rows="""SELECT people.company_id FROM (
                SELECT one.company_id, count(*) AS leads FROM leads_lead AS one
                 WHERE one.tenant_id = %(tenant_id)s AND one.company_id IS NOT NULL AND one.merged_into_id IS NULL
                 GROUP BY one.company_id) AS people
             WHERE true""",
)
TAGS = Through(
    alias="worn",
    key="lead.id",
    rows="""SELECT worn.lead_id FROM (
                SELECT one.lead_id, tag.name FROM leads_leadtag AS one
                  JOIN leads_tag AS tag ON tag.tenant_id = %(tenant_id)s AND tag.id = one.tag_id
                 WHERE one.tenant_id = %(tenant_id)s) AS worn
             WHERE true""",
)

RANK_LABELS = {
    "staff": _("Staff"),
    "leader": _("Team leader"),
    "section_chief": _("Section chief"),
    "manager": _("Manager"),
    "deputy_director": _("Deputy director"),
    "director": _("Director"),
    "general_manager": _("General manager"),
    "executive": _("Executive"),
    "president": _("President"),
}
EMAIL_KIND_LABELS = {"business": _("Company address"), "free": _("Free mail"), "role": _("Shared address (info@ …)")}
CONSENT_LABELS = {
    "consent": _("Agreed"),
    "business_card": _("Business card"),
    "relationship": _("Trading relationship"),
    "published": _("Published address"),
    "refused": _("Refused"),
    "none": _("No basis"),
}


def owners() -> Sequence[Choice]:
    """Members of the workspace in scope; the key is their e-mail address."""
    users = members().values_list("user_id", "user__email", "user__name")
    return [Choice(email, name or email, user_id) for user_id, email, name in users]


EXCLUSION_LABELS = {
    "competitor": _("Competitor"),
    "partner": _("Partner"),
    "employee": _("Own staff"),
    "other": _("Other reason"),
}
MAX_HINTS = 20


def known_tags(typed: str) -> Sequence[Choice]:
    """The workspace's tags that contain what was typed."""
    names = Tag.objects.filter(name__icontains=typed).order_by("name").values_list("name", flat=True)[:MAX_HINTS]
    return [Choice(name, name) for name in names]


def known_industries(typed: str) -> Sequence[Choice]:
    """Industries companies have."""
    found = Company.objects.filter(industry__icontains=typed).exclude(industry="")
    names = found.order_by("industry").values_list("industry", flat=True).distinct()[:MAX_HINTS]
    return [Choice(name, name) for name in names]


def _choices(labels: dict[str, object]) -> list[Choice]:
    return [Choice(key, label) for key, label in labels.items()]  # type: ignore[arg-type]  # lazy text is text


WORDS.add(
    Field("lead.email", Kind.FOLDED, sql="lead.email", label=_("E-mail")),
    Field(  # kept as DNS knows it, in small ASCII letters: folded already
        "lead.email_domain",
        Kind.FOLDED,
        sql="lead.email_domain",
        folded_sql="lead.email_domain",
        label=_("E-mail domain"),
    ),
    Field(
        "lead.email_kind",
        Kind.CHOICE,
        sql="nullif(lead.email_kind, '')",
        label=_("Kind of address"),
        choices=_choices({**EMAIL_KIND_LABELS}),
    ),
    Field("lead.last_name", Kind.FOLDED, sql="lead.last_name", label=_("Family name")),
    Field("lead.first_name", Kind.FOLDED, sql="lead.first_name", label=_("Given name")),
    Field("lead.last_name_kana", Kind.FOLDED, sql="lead.last_name_kana", label=_("Family name (kana)")),
    Field("lead.first_name_kana", Kind.FOLDED, sql="lead.first_name_kana", label=_("Given name (kana)")),
    Field("lead.department", Kind.FOLDED, sql="lead.department", label=_("Department")),
    Field("lead.job_title", Kind.FOLDED, sql="lead.job_title", label=_("Job title")),
    Field(
        "lead.job_rank",
        Kind.RANK,
        sql="lead.job_rank",
        label=_("Rank"),
        choices=[Choice(key, RANK_LABELS[key], index) for index, key in enumerate(RANKS)],
    ),
    Field("lead.phone", Kind.FOLDED, sql="lead.phone", label=_("Phone")),
    Field("lead.prefecture", Kind.FOLDED, sql="lead.prefecture", label=_("Prefecture")),
    Field("lead.tags", Kind.SET, sql="worn.name", label=_("Tags"), through=TAGS, hints=known_tags),
    Field(
        "lead.excluded_by",
        Kind.CHOICE,
        sql=EXCLUDED_BY,
        label=_("On the exclusion list as"),
        choices=_choices({**EXCLUSION_LABELS}),
    ),
    Field("lead.owner", Kind.CHOICE, sql="lead.owner_id", label=_("Lead owner"), choices=owners),
    Field("lead.created_at", Kind.MOMENT, sql="lead.created_at", label=_("Created")),
    Field("lead.updated_at", Kind.MOMENT, sql="lead.updated_at", label=_("Updated")),
    Field("company.name", Kind.FOLDED, sql="company.name", label=_("Company"), through=COMPANY),
    Field("company.domain", Kind.FOLDED, sql="company.domain", label=_("Company domain"), through=COMPANY),
    Field(
        "company.industry",
        Kind.FOLDED,
        sql="company.industry",
        label=_("Industry"),
        through=COMPANY,
        hints=known_industries,
    ),
    Field("company.employees", Kind.NUMBER, sql="company.employees", label=_("Employees"), through=COMPANY),
    Field(
        "company.prefecture", Kind.FOLDED, sql="company.prefecture", label=_("Company's prefecture"), through=COMPANY
    ),
    Field("company.leads", Kind.NUMBER, sql="people.leads", label=_("People of the company"), through=COMPANY_SIZE),
)


def consent_field(topic: str) -> Field | None:
    """consent.TOPIC: the basis in force, `refused`, or `none`. The same rule as queries.permission."""
    if not topic or len(topic) > 100:
        return None
    return Field(
        f"consent.{topic}",
        Kind.CHOICE,
        sql=CONSENT_NOW,
        label=_consent_label(topic),
        choices=_choices({**CONSENT_LABELS}),
        params={"topic": topic},
    )


def _consent_label(topic: str) -> Phrase:
    names = {}
    for language in ("en", "ja"):
        with override(language):
            names[language] = topic_name(topic)
    return Phrase(f"consent to {names['en']}", f"「{names['ja']}」の同意")


CONSENT_NOW = """(
    SELECT coalesce((SELECT line.basis FROM leads_consent AS line
                      WHERE line.tenant_id = %(tenant_id)s AND line.lead_id = lead.id
                        AND line.topic IN (%(topic)s, '*') AND line.state = 'granted'
                        AND (refusal.id IS NULL
                             OR ((line.at, line.id) > (refusal.at, refusal.id) AND line.basis = 'consent'))
                      ORDER BY line.at DESC, line.id DESC LIMIT 1),
                    CASE WHEN refusal.id IS NULL THEN 'none' ELSE 'refused' END)
      FROM (VALUES (1)) AS always(one)
      LEFT JOIN LATERAL (
            SELECT last.id, last.at FROM leads_consent AS last
             WHERE last.tenant_id = %(tenant_id)s AND last.lead_id = lead.id AND last.topic IN (%(topic)s, '*')
               AND last.state = 'refused'
             ORDER BY last.at DESC, last.id DESC LIMIT 1) AS refusal ON true)"""


def random_field(seed: str) -> Field | None:
    """random.N: 0 to 99 by a stable hash of the person and N."""
    if not seed.isdecimal() or len(seed) > 9:
        return None
    return Field(
        f"random.{seed}",
        Kind.NUMBER,
        sql="abs(mod(hashtextextended(lead.public_id, %(seed)s::bigint), 100))",
        label=Phrase(f"random number {seed}", f"乱数{seed}"),
        params={"seed": int(seed)},
    )


WORDS.add_family("consent.", consent_field, offers=lambda: [topic for topic in TOPICS if topic != "*"])
WORDS.add_family("random.", random_field, offers=lambda: ("1", "2", "3"))
WORDS.add_family("lead.attributes.", attribute_family("lead", None), offers=attribute_keys("lead"))
WORDS.add_family("company.attributes.", attribute_family("company", COMPANY), offers=attribute_keys("company"))


def in_segment(member: Member) -> Piece:
    """Whoever is in the segment now; nobody is in an archived one. Raises ConditionRefused for an id that never was."""
    segment = Segment.objects.filter(public_id=member.id).values_list("pk", flat=True).first()
    if segment is None:
        raise ConditionRefused("unknown_member", path="", key=member.id)
    return Piece(IN_SEGMENT, {"segment": segment})


def segments() -> Sequence[Choice]:
    """The workspace's segments by name."""
    found = Segment.objects.filter(archived_at=None).order_by("name").values_list("public_id", "name")
    return [Choice(public_id, name) for public_id, name in found]


IN_SEGMENT = """EXISTS (
    SELECT FROM leads_segmentmember AS stay
     WHERE stay.tenant_id = %(tenant_id)s AND stay.lead_id = lead.id AND stay.until IS NULL
       AND stay.segment_id = %(segment)s)"""
WORDS.use_members("segment", in_segment, listed=segments)
