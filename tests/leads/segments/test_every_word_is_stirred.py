"""Every word a condition can use becomes right again by some fact, by its room's own word, or by the hourly look."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from conditions import WORDS
from leads.merging import COLUMNS
from leads.models import Attribute
from leads.stirring import ALSO, SEEN, News, Reads, is_stirred, news_of, reads_of
from tracking.catalogue import Event, Fact

AT = datetime(2026, 11, 20, tzinfo=UTC)
# What actions state in LEAD_UPDATED: fields of people, of their company, and what hangs on them.
STATED = [*COLUMNS, *ALSO, "tags", "attributes.size", "company.industry", "company.name", "company.domain"]
STATED += ["company.employees", "company.prefecture", "company.attributes.size"]
BY_ROOMS = ("score.", "deal.", "mail.", *SEEN)  # `stir` with these words, where scores, deals and stops change
UNCHANGING = ("lead.created_at", "random.")  # as the person was made


def about(*words: str) -> Reads:
    """What a condition that asks about these words reads."""
    return reads_of(fields=words, events=(), event_fields=(), segments=(), flows=(), clock=False)


def told(event: Event, **props: object) -> News:
    """What a fact of this name says."""
    news = news_of(Fact(UUID(int=1), 1, None, 1, int(event), None, AT, AT, None, 0, props))
    assert news is not None
    return news


def is_right_at_once(word: str, heard: list[News]) -> bool:
    reads = about(word)
    return any(is_stirred(reads, news) for news in heard) or reads.asks_about(BY_ROOMS)


def test_every_registered_word_follows_what_changes_it(in_acme):
    for subject in ("lead", "company"):
        Attribute.objects.create(subject=subject, key="size", label="規模", kind="number", created_at=AT)
    heard = [told(Event.LEAD_UPDATED, fields=[field]) for field in STATED]
    heard += [told(event) for event in Event if event not in (Event.LEAD_CREATED, Event.LEADS_MERGED)]
    heard = [news for news in heard if not news.everything]

    left = {field.key for field in WORDS.offered() if not is_right_at_once(field.key, heard)}

    assert {word for word in left if not word.startswith(UNCHANGING)} == set()


@pytest.mark.parametrize("word", ["company.leads", "visit.country", "lead.visits", "lead.excluded_by"])
def test_what_other_people_or_late_news_change_is_looked_at_hourly(word):
    assert about(word).late


@pytest.mark.parametrize(
    ("event", "word"),
    [
        (Event.STAGE_CHANGED, "lead.stage_since"),
        (Event.EMAIL_BOUNCED, "mail.stopped"),
        (Event.EMAIL_COMPLAINED, "mail.stopped"),
        (Event.UNSUBSCRIBED, "consent.newsletter"),
    ],
)
def test_a_fact_stirs_the_words_it_is_about(event, word):
    assert is_stirred(about(word), told(event))


def test_another_address_may_be_one_that_is_stopped():
    assert is_stirred(about("mail.stopped"), told(Event.LEAD_UPDATED, fields=["email"]))
