"""Opens and clicks of one message, however many somebody makes of them."""

from __future__ import annotations

from time import process_time

from tracking.catalogue import Verdict
from tracking.verdict import Hit, MailHit, judge_message

CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36"


def click(number: int, at: float, link: str, *, ip: str = "8.8.8.8", hidden: bool = False) -> MailHit:
    return MailHit(number, at, Hit(ua=CHROME, ip=ip, hidden=hidden), link)


def test_a_flood_of_clicks_costs_no_more_than_its_length():
    flood = [click(number, number / 2_000, "abc"[number % 3], hidden=number % 2 == 0) for number in range(20_000)]
    began = process_time()

    judged = judge_message(flood)

    assert process_time() - began < 5
    assert {one.verdict for one in judged.values()} == {Verdict.MACHINE}
    assert judged[1].reasons == ("hidden_link", "all_links", "burst")


def test_only_what_lies_close_together_is_caught():
    links = [click(1, 0, "a"), click(2, 4, "b"), click(3, 8, "c"), click(4, 30, "a"), click(5, 39, "b")]

    judged = judge_message(links)

    assert [key for key, one in judged.items() if "all_links" in one.reasons] == [1, 2, 3]


def test_the_hidden_link_tells_of_its_own_place_and_minute():
    hits = [
        click(1, 100, "trap", hidden=True),
        click(2, 41, "a"),
        click(3, 39, "a"),
        click(4, 160, "a", ip="8.8.8.200"),
        click(5, 110, "a", ip="1.1.1.1"),
        click(6, 120, "a", ip="10.0.0.1"),
    ]

    judged = judge_message(hits)

    assert [key for key, one in judged.items() if "hidden_link" in one.reasons] == [1, 2, 4, 6]
