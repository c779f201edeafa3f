"""What a labelled case consists of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from random import Random

HUMAN, MACHINE, PROXY = "human", "machine", "proxy"


@dataclass(frozen=True)
class Step:
    """One hit. `at`: seconds after delivery (mails) or the first page (visits).

    `what`: open, click, hidden (the invisible link), pixel; view, left (with `ms` of visible time), or a deed's name.
    `about`: number of the link or page. `message`: which recipient's mail, where a case has several.
    """

    at: float
    what: str
    about: int = 0
    ua: str = ""
    ip: str = ""
    method: str = "GET"
    prefetch: bool = False
    ms: int = 0
    message: int = 0


@dataclass(frozen=True)
class Labelled:
    """What one actor did. `label`: human, machine, or proxy (a machine that opens for a person or for nobody)."""

    label: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Case:
    """Actors whose hits are judged together: one message (or mailing), one visit, one series of pixels.

    `measured`: on the pages of a visit other people's visible time is known.
    """

    family: str
    kind: str  # mail, visit, pixel
    actors: tuple[Labelled, ...]
    measured: bool = True
    number: int = 0

    def __str__(self) -> str:
        return f"{self.family}-{self.number}"


Scenario = Callable[[Random], Case]


@dataclass
class Book:
    """Scenarios with how many variations of each go into the set."""

    scenarios: list[tuple[int, Scenario]] = field(default_factory=list)

    def times(self, number: int) -> Callable[[Scenario], Scenario]:
        def keep(scenario: Scenario) -> Scenario:
            self.scenarios.append((number, scenario))
            return scenario

        return keep

    def cases(self) -> Iterator[Case]:
        for number, scenario in self.scenarios:
            for turn in range(number):
                made = scenario(Random(f"{scenario.__name__} {turn}"))
                yield Case(scenario.__name__, made.kind, made.actors, made.measured, turn)


BOOK = Book()
BLINK = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0"
WINDOWS = f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {BLINK} Safari/537.36"
EDGE = f"{WINDOWS} Edg/142.0.0.0"
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Safari/605.1.15"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
DESKTOPS = (WINDOWS, EDGE, MAC, FIREFOX)
PHONES = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 "
    "Mobile/15E148 Safari/604.1",
    f"Mozilla/5.0 (Linux; Android 15; Pixel 9) {BLINK} Mobile Safari/537.36",
)
HEADLESS = WINDOWS.replace("Chrome/", "HeadlessChrome/")


def home(dice: Random) -> str:
    """An address of somebody's line; each call is another household."""
    return f"126.{dice.randint(1, 250)}.{dice.randint(1, 250)}.{dice.randint(1, 250)}"


def cloud(dice: Random) -> str:
    """An address of a data centre."""
    return f"40.94.{dice.randint(1, 250)}.{dice.randint(1, 250)}"


def visit(label: str, ua: str, steps: Sequence[Step], *, measured: bool = True) -> Case:
    """One visit by one actor; every step is made by the same browser."""
    ip = steps[0].ip or "126.1.2.3"
    made = tuple(Step(one.at, one.what, one.about, ua, ip, ms=one.ms) for one in steps)
    return Case("", "visit", (Labelled(label, made),), measured)


def reading(
    dice: Random, pages: int, *, stay: tuple[float, float], seen: float = 0.8, start: float = 0.0
) -> list[Step]:
    """Page after page, `stay` seconds each, of which the part `seen` is visible."""
    steps, at = [], start
    for page in range(pages):
        length = dice.uniform(*stay)
        steps.append(Step(at, "view", page))
        at += length
        if seen:
            steps.append(Step(at, "left", page, ms=int(1000 * length * seen)))
    return steps
