"""What one seed is about: how many replicas, what they mostly do, what mostly goes wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from random import Random

WORK: Mapping[str, int] = {
    "create": 8,
    "change": 24,
    "move": 10,
    "delete": 5,
    "revive": 3,
    "archive": 2,
    "restore": 2,
    "link": 8,
    "new_vendor": 5,
    "change_vendor": 6,
    "swap_vendors": 2,
    "deploy": 1,
    "plan": 5,
    "configure": 3,
    "bulk": 3,
    "edit_by_hand": 3,
    "resolve": 7,
    "write_unknown_field": 3,
}
"""How often each kind of work is done, beside the others."""

FIRST_WORK = (*["create"] * 6, "new_vendor", "new_vendor", "plan", "plan", "link", "link")
"""What is there from the start, where there is something."""

_STRESSED = (
    (),
    ("change", "resolve", "edit_by_hand"),
    ("move", "delete", "revive", "create"),
    ("link",),
    ("new_vendor", "change_vendor", "swap_vendors"),
    ("archive", "restore", "delete", "move"),
    ("plan", "configure", "write_unknown_field"),
)
_EVENTS: Mapping[str, int] = {
    "work": 100,
    "advance": 130,
    "late": 6,
    "crash": 3,
    "copy": 1,
    "back_up": 2,
    "bring_back": 1,
    "save": 3,
    "go_back": 1,
    "wipe": 1,
    "purge": 6,
    "join_one": 6,
}


@dataclass(frozen=True)
class Shape:
    """The chances of one simulation."""

    replicas: int
    steps: int
    work: Mapping[str, int]
    events: Mapping[str, int]
    faults: tuple[int, int, int, int, int]
    pull_limit: int
    push_bytes: int
    longest_advance: int
    skews: tuple[timedelta, ...]
    is_shared_from_the_start: bool
    is_ahead: bool

    @classmethod
    def drawn(cls, dice: Random) -> "Shape":
        """A shape for the seed behind `dice`."""
        stressed = dice.choice(_STRESSED)
        work = {name: weight * (5 if name in stressed else 1) for name, weight in WORK.items()}
        events = dict(_EVENTS)
        for rare in ("crash", "copy", "go_back", "wipe", "late", "bring_back", "purge"):
            events[rare] *= dice.choice((0, 0, 1, 3) if rare != "wipe" else (0, 0, 0, 1))
        events["work"] *= dice.choice((1, 1, 2))
        wrong = dice.choice((0, 1, 1, 3))
        return cls(
            replicas=dice.choice((2, 2, 3, 3, 4, 5, 6)),
            steps=dice.randint(200, 280),
            work=work,
            events=events,
            faults=(20, wrong, 2 * wrong, wrong, wrong if events["late"] else 0),
            pull_limit=dice.choice((1, 3, 10, 500)),
            push_bytes=dice.choice((1, 800, 3_000, 1_000_000)),
            longest_advance=dice.choice((1, 4, 12, 30)),
            skews=tuple(timedelta(seconds=dice.uniform(-1e8, 1e8)) for _ in range(6)),
            is_shared_from_the_start=dice.random() < 0.6,
            is_ahead=dice.random() < 0.5,
        )
