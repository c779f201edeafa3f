"""Words for conditions: every event, what an event was about, where people came from and when they were last here."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from conditions import (
    SUBJECT,
    VISITOR_WORDS,
    WORDS,
    Choice,
    EventWord,
    EventWords,
    Field,
    Fields,
    Kind,
    Phrase,
    Through,
)
from tracking.campaigns import CLICK_IDS, UTM
from tracking.catalogue import BY_WIRE, Event
from tracking.facts import UNSHOWN
from tracking.models import CustomName, Subject

SOURCE_KEYS = (*UTM, "referrer_host", "landing_path", "channel", *CLICK_IDS)
SOURCE_LABELS = {
    "utm_source": _("Campaign source"),
    "utm_medium": _("Campaign medium"),
    "utm_campaign": _("Campaign name"),
    "utm_term": _("Campaign term"),
    "utm_content": _("Campaign content"),
    "referrer_host": _("Referring site"),
    "landing_path": _("Landing page"),
    "channel": _("Channel"),
    **dict.fromkeys(CLICK_IDS, _("Click id")),
}
# What is kept as a key, as people read it everywhere.
CHANNEL_LABELS = {
    "direct": _("Direct"),
    "organic_search": _("Search"),
    "ai_assistant": _("AI assistant"),
    "social": _("Social media"),
    "email": _("Mail"),
    "paid": _("Advertising"),
    "referral": _("Other site"),
    "campaign": _("Campaign"),
}
DEVICE_LABELS = {
    "desktop": _("Computer"),
    "mobile": _("Smartphone"),
    "tablet": _("Tablet"),
    "other": _("Other device"),
}
CHANNELS = [Choice(key, label) for key, label in CHANNEL_LABELS.items()]  # type: ignore[arg-type]  # lazy text is text
DEVICES = [Choice(key, label) for key, label in DEVICE_LABELS.items()]  # type: ignore[arg-type]  # lazy text is text

# What people do to something, so that a sentence can say it short.
VERBS = {
    Event.PAGE_VIEWED: Phrase("viewed", "閲覧"),
    Event.LINK_CLICKED: Phrase("clicked", "クリック"),
    Event.ASSET_DOWNLOADED: Phrase("downloaded", "ダウンロード"),
    Event.FORM_SUBMITTED: Phrase("submitted", "送信"),
    Event.EMAIL_OPENED: Phrase("opened the mail", "メール開封"),
    Event.EMAIL_CLICKED: Phrase("clicked in a mail", "メール内クリック"),
}
THINGS = {
    Event.PAGE_VIEWED: Phrase("a page", "ページ"),
    Event.LINK_CLICKED: Phrase("a link", "リンク"),
    Event.ASSET_DOWNLOADED: Phrase("a document", "資料"),
    Event.FORM_SUBMITTED: Phrase("a form", "フォーム"),
}
# About the product's own working rather than about people.
INNER = frozenset({Event.VERDICT_CHANGED, Event.EVENTS_DELETED, Event.LEADS_MERGED, Event.GROUPED})


def find_event(name: str) -> EventWord | None:
    """An event of the catalogue, or one of the workspace's own that has arrived, or was added, once."""
    event = BY_WIRE.get(name)
    if event is not None:
        return _known(name, event)
    own = CustomName.objects.filter(name=name).values_list("number", "label").first()
    return None if own is None else EventWord(name, own[0], own[1] or name)


def _known(name: str, event: Event) -> EventWord:
    return EventWord(name, int(event), _(event.label), VERBS.get(event), THINGS.get(event))


def listed_events() -> Sequence[EventWord]:
    """Those of the catalogue in its order, then the workspace's own by name but for those it ignores: first what a
    secret key sent or a member added, so that strangers cannot crowd them out here either.
    """
    own = CustomName.objects.filter(ignored_at=None).order_by("-vouched", "name")[:200]
    known = [_known(name, event) for name, event in BY_WIRE.items()]
    return [
        *(word for word in known if word.code not in INNER),
        *(EventWord(one.name, one.number, one.label or one.name) for one in own),
    ]


MAX_HINTS = 20


def known_subjects(typed: str, kind: str) -> Sequence[Choice]:
    """Forms, documents, mails and links by name or key: the key is what events carry."""
    found = Subject.objects.filter(kind=kind)
    if typed:
        found = found.filter(Q(name__icontains=typed) | Q(key__icontains=typed))
    rows = found.order_by("-id").values_list("key", "name")[:MAX_HINTS]
    return [Choice(key, name or key) for key, name in rows]


def known_paths(typed: str) -> Sequence[Choice]:
    """Pages by path or title."""
    found = Subject.objects.filter(kind="page").exclude(path="")
    if typed:
        found = found.filter(Q(path__icontains=typed) | Q(name__icontains=typed))
    rows = found.order_by("path", "-id").distinct("path").values_list("path", "name")[:MAX_HINTS]
    return [Choice(path, f"{path}  {name}" if name else path) for path, name in rows]


def subject_name(key: str, kind: str) -> str | None:
    """What a form, document, mail, link or segment of this key is called; None where nothing happened to it yet."""
    name = Subject.objects.filter(kind=kind, key=key).values_list("name", flat=True).first()
    return name or None


def own_property(key: str) -> Field | None:
    """`properties.KEY` of an event, whatever its sender put there; what nobody is shown is no word."""
    if key in UNSHOWN:
        return None
    return Field(f"properties.{key}", Kind.ANY, "event.props -> %(key)s", key, params={"key": key})


def own_answer(key: str) -> Field:
    """`answers.KEY` of a form that was sent: what was written in a field of the form's own."""
    sql = "event.props -> 'answers' ->> %(key)s"
    return Field(f"answers.{key}", Kind.FOLDED, sql, Phrase(f"answer “{key}”", f"回答「{key}」"), params={"key": key})


def about(key: str, kind: str, label: object) -> Field:
    """The id of the form, asset, mail or link an event was about."""
    return Field(
        key,
        Kind.FOLDED if kind == "link" else Kind.TEXT,  # a link's key is its address, the others' are ids
        "CASE WHEN subject.kind = %(kind)s THEN subject.key END",
        label,  # type: ignore[arg-type]  # lazy gettext is a Promise to conditions, a str to the stubs
        through=SUBJECT,
        params={"kind": kind},
        hints=lambda typed: known_subjects(typed, kind),
        named=lambda key: subject_name(key, kind),
    )


# The tag in the page's own address; the visit has it as people read it, whatever it was encoded in.
TAG_IN_URL = """(
    CASE WHEN substring(event.props ->> 'url' FROM %(taken)s) IS NOT NULL
         THEN coalesce((SELECT visit.source ->> %(tag)s FROM tracking_session AS visit
                         WHERE visit.tenant_id = event.tenant_id AND visit.id = event.session),
                       substring(event.props ->> 'url' FROM %(taken)s)) END)"""
OF_VISIT = """(SELECT visit.{} FROM tracking_session AS visit
                WHERE visit.tenant_id = event.tenant_id AND visit.id = event.session)"""
# Visible time arrives in slices, each a page_left that names the event of its page view.
SLICES = """tracking_event AS slice
     WHERE slice.tenant_id = event.tenant_id AND slice.visitor_id = event.visitor_id AND slice.name = 2
       AND slice.occurred_at BETWEEN event.occurred_at - interval '1 hour' AND event.occurred_at + interval '1 day'
       AND slice.props ->> 'view' = event.id::text"""
VISIBLE_MS = f"coalesce(event.duration, (SELECT sum(slice.duration) FROM {SLICES}))"  # noqa: S608 - constants

# How deep a page was read, in percent: what the page view itself tells, and the slices after it.
DEPTH = """CASE WHEN jsonb_typeof({0}.props -> 'scroll') = 'number'
                  THEN greatest(least(({0}.props -> 'scroll')::numeric, 100), 0) END"""
_DEEPEST = f"(SELECT max({DEPTH.format('slice')}) FROM {SLICES})"  # noqa: S608 - constants
SCROLL = f"greatest({DEPTH.format('event')}, {_DEEPEST})"

EVENT_FIELDS = Fields(
    Field("path", Kind.FOLDED, "subject.path", _("Path"), through=SUBJECT, hints=known_paths),
    Field("url", Kind.FOLDED, "coalesce(nullif(subject.url, ''), subject.key)", _("Address"), through=SUBJECT),
    Field("host", Kind.FOLDED, "subject.host", _("Host"), through=SUBJECT),
    Field("title", Kind.FOLDED, "subject.name", _("Title"), through=SUBJECT),
    about("form", "form", _("Form")),
    about("asset", "asset", _("Document")),
    about("link", "link", _("Link")),
    about("segment", "segment", _("Segment")),
    Field(
        "email",
        Kind.TEXT,
        "coalesce(event.props ->> 'email', (SELECT mail.key FROM tracking_subject AS mail"
        " WHERE mail.tenant_id = event.tenant_id AND mail.id = event.subject_id AND mail.kind = 'email'))",
        _("Mail"),
        hints=lambda typed: known_subjects(typed, "email"),
        named=lambda key: subject_name(key, "email"),
    ),
    Field("occurred_at", Kind.MOMENT, "event.occurred_at", _("Happened at")),
    Field("referrer", Kind.FOLDED, "event.props ->> 'referrer'", _("Referrer")),
    Field("channel", Kind.FOLDED, OF_VISIT.format("channel"), SOURCE_LABELS["channel"], choices=CHANNELS),
    Field("device", Kind.FOLDED, OF_VISIT.format("device"), _("Kind of device"), choices=DEVICES),
    *(
        Field(key, Kind.FOLDED, TAG_IN_URL, SOURCE_LABELS[key], params={"taken": f"[?&]{key}=([^&#]*)", "tag": key})
        for key in UTM
    ),
    Field("visible_ms", Kind.NUMBER, VISIBLE_MS, _("Visible time (ms)"), sum_sql=f"{VISIBLE_MS} / 1000.0"),
    Field("scroll", Kind.NUMBER, SCROLL, _("Scroll depth (%)")),
    families={"properties.": own_property, "answers.": own_answer},
)


WHICH = {"first": Phrase("First: {of}", "初回の{of}"), "last": Phrase("Latest: {of}", "直近の{of}")}
ANY_TOUCH = Phrase("Any visit: {of}", "いずれかの訪問の{of}")


def _placed(phrase: Phrase, key: str) -> Phrase:
    said = {}
    for language in ("en", "ja"):
        with override(language):
            said[language] = phrase.say(language, of=str(SOURCE_LABELS[key]))
    return Phrase(said["en"], said["ja"])


def source_field(prefix: str, which: str, key: str) -> Field | None:
    """`lead.source.first.utm_source` …: where the person came from first, or last."""
    if key not in SOURCE_KEYS:
        return None
    label, choices = _placed(WHICH[which], key), source_choices(key)
    return Field(prefix + key, Kind.FOLDED, SOURCE_SQL[which], label, params={"key": key}, choices=choices)


def source_choices(key: str) -> Sequence[Choice]:
    """The words behind a source's values, where there are only so many."""
    return CHANNELS if key == "channel" else ()


def touch_field(key: str) -> Field | None:
    """`source.any.utm_source` …: of every visit of the person's, not only the first and the last."""
    if key not in SOURCE_KEYS:
        return None
    return Field(
        f"source.any.{key}",
        Kind.SET,
        "visit.source ->> %(key)s",
        _placed(ANY_TOUCH, key),
        through=ARRIVALS,
        params={"key": key},
        choices=source_choices(key),
    )


# Of their own visits; what a form or a file stated where there is none.
SOURCE_SQL = {
    "first": "coalesce(lead.touch_first, lead.source_first) ->> %(key)s",
    "last": "coalesce(lead.touch_last, lead.source_last) ->> %(key)s",
}

# Any visit of the person's, no machines. Days tell whose a visit was, quickly, as long as the browser was one person's
# alone; of another the events of the visit do.
_VISITS_WITH = """SELECT visit.lead_id FROM (
                SELECT daily.lead_id, one.source, one.channel, one.country, one.prefecture, one.device
                  FROM tracking_session AS one
                  JOIN tenancy_workspace AS workspace ON workspace.id = one.tenant_id
                  JOIN tracking_visitor AS browser
                    ON browser.tenant_id = %(tenant_id)s AND browser.id = one.visitor_id
                  JOIN tracking_daily AS daily
                    ON daily.tenant_id = %(tenant_id)s AND daily.visitor_id = one.visitor_id
                   AND daily.day = (one.started_at AT TIME ZONE workspace.timezone)::date
                 WHERE one.tenant_id = %(tenant_id)s AND one.verdict = 0 AND daily.lead_id IS NOT NULL
                   AND ((browser.lead_id = daily.lead_id AND browser.turned_at IS NULL)
                        OR EXISTS (SELECT FROM tracking_event AS own
                                    WHERE own.tenant_id = %(tenant_id)s AND own.visitor_id = one.visitor_id
                                      AND own.occurred_at BETWEEN one.started_at AND one.{until}
                                      AND own.lead_id = daily.lead_id AND own.session = one.id))) AS visit
             WHERE true"""
VISITS = Through(alias="visit", key="lead.id", rows=_VISITS_WITH.format(until="last_at"))
# Where a visit came from is of who began it.
ARRIVALS = Through(alias="visit", key="lead.id", rows=_VISITS_WITH.format(until="started_at"))

# How many visits it was done in; what reaches us without a browser belongs to none.
TOTALS = Fields(
    Field("visits", Kind.NUMBER, "event.session", Phrase("visits", "訪問"), total="count(DISTINCT event.session)")
)

WORDS.use_events(EventWords(find=find_event, fields=EVENT_FIELDS, listed=listed_events, totals=TOTALS))
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
        "lead.visits",
        _("Visits"),
    ),
    Field("visit.channel", Kind.SET, "visit.channel", _("Channel of a visit"), through=ARRIVALS, choices=CHANNELS),
    Field("visit.country", Kind.SET, "visit.country", _("Country of a visit"), through=VISITS),
    Field("visit.prefecture", Kind.SET, "visit.prefecture", _("Prefecture of a visit"), through=VISITS),
    Field("visit.device", Kind.SET, "visit.device", _("Device of a visit"), through=VISITS, choices=DEVICES),
)
for _which in ("first", "last"):
    for _prefix, _offered in ((f"lead.source.{_which}.", SOURCE_KEYS), (f"source.{_which}.", ())):
        WORDS.add_family(
            _prefix,
            lambda key, prefix=_prefix, which=_which: source_field(prefix, which, key),  # type: ignore[misc]  # bound now
            offers=lambda offered=_offered: offered,  # type: ignore[misc]  # bound now
        )

WORDS.add_family("source.any.", touch_field, offers=lambda: SOURCE_KEYS)

# Words of browsers, known and unknown. What is asked of the person goes through the person, see VisitorWords.
BROWSER_VISITS = Through(
    alias="visit",
    key="visitor.id",
    rows="SELECT visit.visitor_id FROM tracking_session AS visit"
    " WHERE visit.tenant_id = %(tenant_id)s AND visit.verdict = 0",
)
# Of the newest visit whose network told a company; offices of the workspace's own and carriers tell none.
GUESSED_DOMAIN = """(
    SELECT guess.company_domain FROM tracking_session AS guess
     WHERE guess.tenant_id = %(tenant_id)s AND guess.visitor_id = visitor.id
       AND guess.company_source IN ('list', 'learned', 'provider')
     ORDER BY guess.last_at DESC LIMIT 1)"""


def browser_source(which: str, key: str) -> Field | None:
    """`source.first.utm_source` … of the browser itself."""
    if key not in SOURCE_KEYS:
        return None
    sql = f"visitor.{which}_source ->> %(key)s"
    label, choices = _placed(WHICH[which], key), source_choices(key)
    return Field(f"source.{which}.{key}", Kind.FOLDED, sql, label, params={"key": key}, choices=choices)


VISITOR_WORDS.add(
    Field("visitor.known", Kind.BOOLEAN, "(visitor.lead_id IS NOT NULL)", _("We know who it is")),
    Field("visitor.visits", Kind.NUMBER, "visitor.visits", _("Visits of this browser")),
    Field("visitor.first_seen_at", Kind.MOMENT, "visitor.first_seen_at", _("Browser first seen")),
    Field("visitor.last_seen_at", Kind.MOMENT, "visitor.last_seen_at", _("Browser last seen")),
    Field("visitor.company_domain", Kind.FOLDED, GUESSED_DOMAIN, _("Domain of the possible company")),
    Field(
        "visit.channel", Kind.SET, "visit.channel", _("Channel of a visit"), through=BROWSER_VISITS, choices=CHANNELS
    ),
    Field("visit.country", Kind.SET, "visit.country", _("Country of a visit"), through=BROWSER_VISITS),
    Field("visit.prefecture", Kind.SET, "visit.prefecture", _("Prefecture of a visit"), through=BROWSER_VISITS),
    Field("visit.device", Kind.SET, "visit.device", _("Device of a visit"), through=BROWSER_VISITS, choices=DEVICES),
)
for _which in ("first", "last"):
    VISITOR_WORDS.add_family(
        f"source.{_which}.",
        lambda key, which=_which: browser_source(which, key),  # type: ignore[misc]  # bound now
        offers=lambda: SOURCE_KEYS,
    )
