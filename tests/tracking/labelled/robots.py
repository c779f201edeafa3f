"""Programs: mail gateways, checkers, crawlers, scrapers. The last two scenarios are those the rules get wrong."""

from __future__ import annotations

from random import Random

from crawleruseragents import CRAWLER_USER_AGENTS_DATA

from tests.tracking.labelled.sequences import (
    BOOK,
    DESKTOPS,
    HEADLESS,
    MACHINE,
    WINDOWS,
    Case,
    Labelled,
    Step,
    cloud,
    reading,
    visit,
)

BY_TAG: dict[str, list[str]] = {}
for _entry in CRAWLER_USER_AGENTS_DATA:
    for _tag in _entry.get("tags") or ():
        BY_TAG.setdefault(_tag, []).extend(_entry.get("instances") or ())


def _mail(*steps: Step) -> Case:
    return Case("", "mail", (Labelled(MACHINE, steps),))


@BOOK.times(16)
def scans_all_links_from_one_place(dice: Random) -> Case:
    """As gateways do that rewrite links: everything within seconds of delivery, with a browser's name."""
    start, ip, ua = dice.uniform(2.5, 90), cloud(dice), dice.choice(DESKTOPS)
    return _mail(*(Step(start + dice.uniform(0.05, 1.5) * link, "click", link, ua, ip) for link in range(1, 6)))


@BOOK.times(14)
def scans_all_links_from_many_places(dice: Random) -> Case:
    """As sandboxes do: every link from another machine and another browser, a few seconds in all."""
    start = dice.uniform(3, 400)
    return _mail(
        *(
            Step(start + dice.uniform(0, 4), "click", link, dice.choice(DESKTOPS), cloud(dice))
            for link in range(1, dice.randint(5, 7))
        )
    )


@BOOK.times(12)
def follows_the_invisible_link(dice: Random) -> Case:
    """Two links only, slowly; but one of them nobody can see."""
    start, ip = dice.uniform(3, 3_000), cloud(dice)
    return _mail(Step(start, "hidden", 0, WINDOWS, ip), Step(start + dice.uniform(2, 40), "click", 1, WINDOWS, ip))


@BOOK.times(8)
def states_hours_of_reading_in_seconds(dice: Random) -> Case:
    """Whoever knows the public key: pages told at a reader's pace, each looked at for half an hour, it says."""
    ua, gaps = dice.choice(DESKTOPS), [dice.uniform(7, 40) for _page in range(6)]
    starts = [sum(gaps[:page]) for page in range(6)]
    return Case(
        "",
        "visit",
        (
            Labelled(
                MACHINE,
                tuple(
                    step
                    for page, at in enumerate(starts)
                    for step in (Step(at, "view", page, ua), Step(at + 1, "left", page, ua, ms=30 * 60 * 1000))
                ),
            ),
        ),
    )


@BOOK.times(8)
def checks_links_like_a_clock(dice: Random) -> Case:
    """One link after the other in the order of the mail, some twenty seconds apart."""
    start, pace, ip = dice.uniform(10, 200), dice.uniform(12, 25), cloud(dice)
    return _mail(
        *(Step(start + pace * link + dice.uniform(-0.4, 0.4), "click", link, WINDOWS, ip) for link in range(5))
    )


@BOOK.times(6)
def gateway_scans_one_link_each(dice: Random) -> Case:
    """Five recipients of one company; for each the gateway follows the first link seconds after delivery."""
    place = cloud(dice).rpartition(".")[0]
    steps = [
        Step(dice.uniform(3, 12), "click", 1, WINDOWS, f"{place}.{dice.randint(1, 250)}", message=one)
        for one in range(5)
    ]
    return Case("", "mail", tuple(Labelled(MACHINE, (step,)) for step in steps))


@BOOK.times(8)
def clicks_before_anybody_could(dice: Random) -> Case:
    return _mail(Step(dice.uniform(0.1, 1.9), "click", 1, dice.choice(DESKTOPS), cloud(dice)))


@BOOK.times(8)
def asks_with_head(dice: Random) -> Case:
    return _mail(Step(dice.uniform(3, 900), "click", 1, dice.choice(DESKTOPS), cloud(dice), method="HEAD"))


@BOOK.times(8)
def loads_ahead(dice: Random) -> Case:
    """A mail program that prepares the page behind a link, and says so."""
    return _mail(Step(dice.uniform(3, 900), "click", 1, dice.choice(DESKTOPS), cloud(dice), prefetch=True))


@BOOK.times(8)
def library_on_a_mail_link(dice: Random) -> Case:
    ua = dice.choice(("curl/8.9.1", "Wget/1.21.4", "python-requests/2.32.3", "Go-http-client/1.1", ""))
    return _mail(Step(dice.uniform(5, 9_000), "click", 1, ua, cloud(dice)))


@BOOK.times(8)
def checks_the_same_link_over_and_over(dice: Random) -> Case:
    start, ip = dice.uniform(30, 900), cloud(dice)
    return _mail(*(Step(start + dice.uniform(2, 4) * turn, "click", 1, WINDOWS, ip) for turn in range(16)))


def _crawls(dice: Random, tag: str) -> Case:
    pages = reading(dice, dice.randint(1, 12), stay=(0.3, 20), seen=0)
    return visit(MACHINE, dice.choice(BY_TAG[tag]), pages, measured=dice.random() < 0.5)


@BOOK.times(14)
def seo_bot(dice: Random) -> Case:
    return _crawls(dice, "seo")


@BOOK.times(10)
def ai_crawler(dice: Random) -> Case:
    return _crawls(dice, "ai-crawler")


@BOOK.times(10)
def uptime_monitor(dice: Random) -> Case:
    return _crawls(dice, "monitoring")


@BOOK.times(8)
def social_preview(dice: Random) -> Case:
    return _crawls(dice, "social-preview")


@BOOK.times(10)
def scraper_that_shows_nothing(dice: Random) -> Case:
    """A browser's name, script runs, no page ever comes on a screen."""
    return visit(MACHINE, dice.choice(DESKTOPS), reading(dice, dice.randint(4, 25), stay=(0.5, 5), seen=0))


@BOOK.times(10)
def scraper_that_rushes(dice: Random) -> Case:
    """A window is open, but nobody looks at a page for longer than a second."""
    return visit(MACHINE, dice.choice(DESKTOPS), reading(dice, dice.randint(14, 60), stay=(0.4, 1.4), seen=0.9))


@BOOK.times(8)
def scraper_like_a_clock(dice: Random) -> Case:
    pace = dice.uniform(5, 30)
    return visit(MACHINE, dice.choice(DESKTOPS), reading(dice, dice.randint(9, 20), stay=(pace, pace * 1.05)))


@BOOK.times(10)
def headless_crawl(dice: Random) -> Case:
    return visit(MACHINE, HEADLESS, reading(dice, dice.randint(12, 40), stay=(1, 5)))


@BOOK.times(6)
def form_robot(dice: Random) -> Case:
    sent = dice.uniform(0.1, 0.8)
    steps = [Step(0, "view", 0), Step(0.2, "form_viewed"), Step(0.2 + sent, "form_submitted")]
    return visit(MACHINE, dice.choice(DESKTOPS), [*steps, Step(1.5, "left", 0, ms=1_400)])


@BOOK.times(6)
def pixel_scraper(dice: Random) -> Case:
    """Asks for the pictures of many pages without ever running a script."""
    ip, ua = cloud(dice), dice.choice(DESKTOPS)
    steps = tuple(Step(0.5 * turn, "pixel", turn % 30, ua, ip) for turn in range(dice.randint(70, 120)))
    return Case("", "pixel", (Labelled(MACHINE, steps),), measured=False)


@BOOK.times(2)
def hard_patient_scraper(dice: Random) -> Case:
    """Waits ten to forty seconds on every page in a real window. We take it for a person."""
    return visit(MACHINE, dice.choice(DESKTOPS), reading(dice, 8, stay=(10, 40)))


@BOOK.times(1)
def hard_lone_gateway(dice: Random) -> Case:
    """One recipient, one link, forty seconds after delivery, a browser's name. We take it for a person."""
    return _mail(Step(40, "click", 1, WINDOWS, cloud(dice)))
