"""A word that is written once: whoever finds it later knows which write it came from."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

TOKEN = re.compile(r"q\d+z")


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote a token: the row, and the change."""

    entity: str
    row_id: str
    change_id: str


@dataclass
class Ledger:
    """What was written and acknowledged, and must not be lost."""

    minted: int = 0
    waiting: list[str] = field(default_factory=list)
    authors: dict[str, Author] = field(default_factory=dict)
    acknowledged: dict[str, None] = field(default_factory=dict)
    excused: set[str] = field(default_factory=set)
    """Rows about which a conflict was noted that is gone with the only store it was in."""

    def mint(self) -> str:
        """A word nobody wrote before; it counts when the write it goes into is acknowledged."""
        self.minted += 1
        token = f"q{self.minted}z"
        self.waiting.append(token)
        return token

    def acknowledge(self, entries: Iterable[tuple[str, str, str, str]]) -> None:
        """The write was done; `entries` are its (change id, entity, row id, changes)."""
        for change_id, entity, row_id, changes in entries:
            self.acknowledged[change_id] = None
            for token in TOKEN.findall(changes):
                if token in self.waiting:
                    self.authors.setdefault(token, Author(entity, row_id, change_id))
        self.waiting.clear()

    def excuse(self, surviving: set[str], unsettled: Iterable[str]) -> None:
        """Only these changes stand somewhere still, after a store or a hub was taken away; of the
        `unsettled` rows a conflict went with it."""
        self.authors = {
            token: author for token, author in self.authors.items() if author.change_id in surviving
        }
        self.acknowledged = {each: None for each in self.acknowledged if each in surviving}
        self.excused.update(unsettled)
