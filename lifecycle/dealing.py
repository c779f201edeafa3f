"""Whose turn it is: people dealt to the members of a team, each by their weight. Pure.

Smooth weighted round robin as nginx does it for its upstreams (Maxim Dounin, 2012, "Upstream: smooth weighted
round-robin balancing", nginx commit 52327e0): in every round each member gains their weight, the one with the most
takes the person and pays what everybody gained together. Weights 5, 1, 1 give a a b a c a a instead of a a a a a b c.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Turn:
    """A member who works today. credit: what earlier rounds left them; room: how many more they may own, None: any."""

    user_id: int
    weight: int
    credit: int
    room: int | None = None


@dataclass(frozen=True, slots=True)
class Dealt:
    """Who gets one person; `full`: those who were passed over because they own enough already."""

    user_id: int
    full: tuple[int, ...]


@dataclass(slots=True)
class _Seat:
    turn: Turn
    credit: int
    room: int | None

    @property
    def is_free(self) -> bool:
        return self.room is None or self.room > 0

    def take(self, cost: int) -> None:
        self.credit -= cost
        self.room = None if self.room is None else self.room - 1


def deal(turns: Sequence[Turn], count: int) -> tuple[list[Dealt], dict[int, int]]:
    """Up to `count` turns in order, fewer when everybody is full; and each member's credit afterwards.

    The same turns give the same answer; of equals the first sits first. Dealing 3 and then 4 is dealing 7.
    """
    seats = [_Seat(turn, turn.credit, turn.room) for turn in turns]
    dealt: list[Dealt] = []
    while len(dealt) < count and (free := [seat for seat in seats if seat.is_free]):
        for seat in free:
            seat.credit += seat.turn.weight
        chosen = max(free, key=lambda seat: seat.credit)
        chosen.take(sum(seat.turn.weight for seat in free))
        full = tuple(seat.turn.user_id for seat in seats if seat is not chosen and seat not in free)
        dealt.append(Dealt(chosen.turn.user_id, full))
    return dealt, {seat.turn.user_id: seat.credit for seat in seats}
