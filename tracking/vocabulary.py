"""Words for conditions: every event, what an event was about, where people came from and when they were last here."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from conditions import SUBJECT, WORDS, EventWord, EventWords, Field, Fields, Kind
from tracking.catalogue import BY_WIRE
from tracking.models import CustomName
from tracking.sources import UTM

SOURCE_KEYS = (*UTM, "referrer_host", "landing_path", "channel")
SOURCE_LABELS = {
    "utm_source": _("Campaign source"),
    "utm_medium": _("Campaign medium"),
    "utm_campaign": _("Campaign name"),
    "utm_term": _("Campaign term"),
    "utm_content": _("Campaign content"),
    "referrer_host": _("Referring site"),
    "landing_path": _("Landing page"),
    "channel": _("Channel"),
}


def find_event(name: str) -> EventWord | None:
    """An event of the catalogue, or one of the workspace's own that has happened at least once."""
    event = BY_WIRE.get(name)
    if event is not None:
        return EventWord(name, int(event), _(event.label))
    number = CustomName.objects.filter(name=name).values_list("number", flat=True).first()
    return None if number is None else EventWord(name, number, name)


def own_property(key: str) -> Field:
    """`properties.KEY` of an event, whatever its sender put there."""
    return Field(f"properties.{key}", Kind.ANY, "event.props -> %(key)s", key, params={"key": key})


def about(key: str, kind: str, label: object) -> Field:
    """The id of the form, asset, mail or link an event was about."""
    return Field(
        key,
        Kind.TEXT,
        "CASE WHEN subject.kind = %(kind)s THEN subject.key END",
        label,  # type: ignore[arg-type]  # lazy gettext is a Promise to conditions, a str to the stubs
        through=SUBJECT,
        params={"kind": kind},
    )


TAG_IN_URL = "substring(event.props ->> 'url' FROM %(taken)s)"
# Visible time arrives in slices, each a page_left that names the event of its page view.
VISIBLE_MS = """coalesce(event.duration, (
    SELECT sum(slice.duration) FROM tracking_event AS slice
     WHERE slice.tenant_id = event.tenant_id AND slice.visitor_id = event.visitor_id AND slice.name = 2
       AND slice.occurred_at BETWEEN event.occurred_at - interval '1 hour' AND event.occurred_at + interval '1 day'
       AND slice.props ->> 'view' = event.id::text))"""

EVENT_FIELDS = Fields(
    Field("path", Kind.TEXT, "subject.path", _("Path"), through=SUBJECT),
    Field("url", Kind.TEXT, "coalesce(nullif(subject.url, ''), subject.key)", _("Address"), through=SUBJECT),
    Field("host", Kind.TEXT, "subject.host", _("Host"), through=SUBJECT),
    Field("title", Kind.FOLDED, "subject.name", _("Title"), through=SUBJECT),
    about("form", "form", _("Form")),
    about("asset", "asset", _("Document")),
    about("link", "link", _("Link")),
    Field(
        "email",
        Kind.TEXT,
        "coalesce(event.props ->> 'email', (SELECT mail.key FROM tracking_subject AS mail"
        " WHERE mail.tenant_id = event.tenant_id AND mail.id = event.subject_id AND mail.kind = 'email'))",
        _("Mail"),
    ),
    Field("occurred_at", Kind.MOMENT, "event.occurred_at", _("Happened at")),
    Field("referrer", Kind.TEXT, "event.props ->> 'referrer'", _("Referrer")),
    *(Field(key, Kind.TEXT, TAG_IN_URL, SOURCE_LABELS[key], params={"taken": f"[?&]{key}=([^&#]*)"}) for key in UTM),
    Field("visible_ms", Kind.NUMBER, VISIBLE_MS, _("Visible time (ms)"), sum_sql=f"{VISIBLE_MS} / 1000.0"),
    families={"properties.": own_property},
)


def source_field(prefix: str, which: str, key: str) -> Field | None:
    """`lead.source.first.utm_source` …: the lead's own, else what the browsers bound to the lead say."""
    if key not in SOURCE_KEYS:
        return None
    return Field(prefix + key, Kind.TEXT, SOURCE_SQL[which], SOURCE_LABELS[key], params={"key": key})


SOURCE_SQL = {
    "first": """coalesce(lead.source_first ->> %(key)s, (
        SELECT visitor.first_source ->> %(key)s FROM tracking_visitor AS visitor
         WHERE visitor.tenant_id = %(tenant_id)s AND visitor.lead_id = lead.id AND lead.source_first IS NULL
         ORDER BY visitor.first_seen_at LIMIT 1))""",
    "last": """coalesce((
        SELECT visitor.last_source ->> %(key)s FROM tracking_visitor AS visitor
         WHERE visitor.tenant_id = %(tenant_id)s AND visitor.lead_id = lead.id AND visitor.last_source IS NOT NULL
         ORDER BY visitor.last_seen_at DESC LIMIT 1), lead.source_last ->> %(key)s)""",
}

WORDS.use_events(EventWords(find=find_event, fields=EVENT_FIELDS))
WORDS.add(
    Field(
        "lead.last_seen_at",
        Kind.MOMENT,
        "greatest(lead.last_seen_at, (SELECT max(visitor.last_seen_at) FROM tracking_visitor AS visitor"
        " WHERE visitor.tenant_id = %(tenant_id)s AND visitor.lead_id = lead.id))",
        _("Last seen"),
    ),
    Field(
        "lead.visits",
        Kind.NUMBER,
        "coalesce((SELECT sum(visitor.visits) FROM tracking_visitor AS visitor"
        " WHERE visitor.tenant_id = %(tenant_id)s AND visitor.lead_id = lead.id), 0)",
        _("Visits"),
    ),
)
for _which in ("first", "last"):
    for _prefix in (f"lead.source.{_which}.", f"source.{_which}."):
        WORDS.add_family(
            _prefix,
            lambda key, prefix=_prefix, which=_which: source_field(prefix, which, key),  # type: ignore[misc]  # bound now
        )
