"""People: how they read sites, fill in forms and use links in mails."""

from __future__ import annotations

from random import Random

from tests.tracking.labelled.sequences import (
    BOOK,
    DESKTOPS,
    HUMAN,
    MACHINE,
    PHONES,
    PROXY,
    WINDOWS,
    Case,
    Labelled,
    Step,
    cloud,
    home,
    reading,
    visit,
)

GMAIL = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
YAHOO = "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html"


@BOOK.times(30)
def reads_at_the_desk(dice: Random) -> Case:
    return visit(HUMAN, dice.choice(DESKTOPS), reading(dice, dice.randint(1, 9), stay=(6, 120)))


@BOOK.times(20)
def reads_on_the_phone(dice: Random) -> Case:
    return visit(HUMAN, dice.choice(PHONES), reading(dice, dice.randint(1, 6), stay=(3, 60), seen=0.9))


@BOOK.times(14)
def skims_fast(dice: Random) -> Case:
    """Clicks through product pages, three to six seconds each."""
    return visit(HUMAN, dice.choice(DESKTOPS), reading(dice, dice.randint(6, 14), stay=(3, 6), seen=0.95))


@BOOK.times(10)
def opens_many_tabs(dice: Random) -> Case:
    """Opens eight or more articles at once and then reads some of them."""
    number = dice.randint(8, 14)
    tabs = [Step(tab * 0.8 + dice.uniform(0, 0.7), "view", tab) for tab in range(number)]
    read = [Step(20 + 25 * tab, "left", tab, ms=dice.randint(4_000, 22_000)) for tab in range(number - 3)]
    return visit(HUMAN, dice.choice(DESKTOPS), tabs + read)


@BOOK.times(8)
def leaves_a_dashboard_open(dice: Random) -> Case:
    """One page that reloads itself every minute, looked at now and then."""
    steps = [Step(60.0 * turn, "view", 0) for turn in range(12)]
    return visit(HUMAN, WINDOWS, [*steps, Step(700, "left", 0, ms=dice.randint(5_000, 90_000))])


@BOOK.times(12)
def blocks_beacons(dice: Random) -> Case:
    """No referrer, no beacons: pages are seen by us, reading time is not."""
    return visit(HUMAN, dice.choice(DESKTOPS), reading(dice, dice.randint(1, 6), stay=(7, 90), seen=0))


@BOOK.times(15)
def fills_in_a_form(dice: Random) -> Case:
    steps = reading(dice, dice.randint(1, 4), stay=(5, 60))
    at = steps[-1].at
    form = [Step(at + 1, "form_viewed"), Step(at + 4, "form_started"), Step(at + dice.uniform(9, 90), "form_submitted")]
    return visit(HUMAN, dice.choice(DESKTOPS + PHONES), steps + form)


@BOOK.times(6)
def lets_the_browser_fill_in(dice: Random) -> Case:
    """Autofill and one click: under five seconds, not under one."""
    at = 8.0
    form = [Step(at, "form_viewed"), Step(at + 1, "form_started"), Step(at + dice.uniform(2, 5), "form_submitted")]
    return visit(HUMAN, dice.choice(DESKTOPS), [Step(0, "view", 0), *form, Step(14, "left", 0, ms=13_000)])


@BOOK.times(6)
def downloads_without_reading_on(dice: Random) -> Case:
    steps = [Step(0, "view", 0), Step(6, "view", 1), Step(13, "view", 2), Step(15, "asset_downloaded", 3)]
    return visit(HUMAN, dice.choice(DESKTOPS), steps)


@BOOK.times(8)
def server_speaks_for_people(dice: Random) -> Case:
    """An SDK on a server: an HTTP library's name, a whole night's facts in a minute."""
    steps = [Step(turn * 0.3, "view", turn % 7) for turn in range(dice.randint(5, 120))]
    ua = dice.choice(("analytics-python/2.3.3", "python-requests/2.32.3", "Go-http-client/2.0", "okhttp/4.12.0"))
    return visit(HUMAN, ua, steps, measured=dice.random() < 0.5)


@BOOK.times(4)
def test_engineer_drives_a_browser(dice: Random) -> Case:
    """A handful of pages in a driven browser: on the API such a browser counts (ADR 8)."""
    ua = WINDOWS.replace("Chrome/", "HeadlessChrome/")
    return visit(HUMAN, ua, reading(dice, dice.randint(1, 4), stay=(2, 8)))


def _mail(*actors: Labelled) -> Case:
    return Case("", "mail", actors)


@BOOK.times(22)
def opens_and_clicks(dice: Random) -> Case:
    ua, ip, at = dice.choice(DESKTOPS + PHONES), home(dice), dice.uniform(20, 90_000)
    click = Step(at + dice.uniform(3, 60), "click", dice.randint(1, 4), ua, ip)
    return _mail(Labelled(HUMAN, (Step(at, "open", 0, ua, ip), click)))


@BOOK.times(6)
def clicks_at_once_from_the_notification(dice: Random) -> Case:
    ua, ip = dice.choice(PHONES), home(dice)
    return _mail(Labelled(HUMAN, (Step(dice.uniform(3, 9), "click", 1, ua, ip),)))


@BOOK.times(8)
def clicks_several_links(dice: Random) -> Case:
    """Two or three links with some reading in between; once more on the last."""
    ua, ip, at = dice.choice(DESKTOPS), home(dice), dice.uniform(60, 9_000)
    links = [Step(at + dice.uniform(14, 25) * turn, "click", turn + 1, ua, ip) for turn in range(dice.randint(2, 3))]
    return _mail(Labelled(HUMAN, (Step(at - 8, "open", 0, ua, ip), *links, Step(at + 300, "click", 2, ua, ip))))


@BOOK.times(6)
def double_clicks(dice: Random) -> Case:
    ua, ip, at = WINDOWS, home(dice), dice.uniform(60, 9_000)
    return _mail(Labelled(HUMAN, (Step(at, "click", 1, ua, ip), Step(at + 0.3, "click", 1, ua, ip))))


@BOOK.times(4)
def colleagues_behind_one_address(dice: Random) -> Case:
    """Four people of one office (one address, one kind of browser) click minutes after delivery."""
    ip = home(dice)
    made = [Step(dice.uniform(30, 4_000), "click", 1, WINDOWS, ip, message=one) for one in range(4)]
    return _mail(*(Labelled(HUMAN, (step,)) for step in made))


@BOOK.times(14)
def clicks_behind_a_scanner(dice: Random) -> Case:
    """The company's gateway follows every link on delivery; the person clicks one half an hour later."""
    ua, ip, gateway = dice.choice(DESKTOPS), home(dice), cloud(dice)
    scan = tuple(Step(3 + 0.4 * link, "click", link, WINDOWS, gateway) for link in range(1, 5))
    click = Step(dice.uniform(120, 5_000), "click", 2, ua, ip)
    return _mail(Labelled(MACHINE, scan), Labelled(HUMAN, (click,)))


@BOOK.times(10)
def clicks_what_a_proxy_loaded(dice: Random) -> Case:
    """The mail service loads the pictures, which says nothing; the click is the person's own and settles both."""
    proxy = Step(dice.uniform(4, 600), "open", 0, dice.choice((GMAIL, YAHOO)), "66.249.84.7")
    click = Step(dice.uniform(700, 9_000), "click", 1, dice.choice(PHONES), home(dice))
    return _mail(Labelled(HUMAN, (proxy, click)))


@BOOK.times(14)
def gmail_loads_pictures(dice: Random) -> Case:
    return _mail(Labelled(PROXY, (Step(dice.uniform(5, 4_000), "open", 0, GMAIL, "66.249.84.7"),)))


@BOOK.times(16)
def apple_hides_the_reader(dice: Random) -> Case:
    return _mail(Labelled(PROXY, (Step(dice.uniform(1, 600), "open", 0, "Mozilla/5.0", "17.58.100.4"),)))
