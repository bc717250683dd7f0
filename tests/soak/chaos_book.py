"""What those who write were told: which writes were taken, and what was refused."""

from collections import Counter
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from localstore.values import Row, Value


class Refused(Exception):
    """A server took the call and said no, with this code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Nothing(Exception):
    """There is nothing here that this could be done to."""


class Call(Protocol):
    """Calls a tool and returns its row. Raises Refused."""

    def __call__(self, tool: str, **arguments: Value) -> Awaitable[Row]:
        """The row."""
        ...


class Write(NamedTuple):
    """A write that was acknowledged: by whom, of which row, at which version, with which words."""

    who: str
    row_id: str
    version: int
    tokens: tuple[str, ...] = ()


@dataclass
class Book:
    """What all who write were told."""

    minted: int = 0
    writes: list[Write] = field(default_factory=list)
    created: set[str] = field(default_factory=set)
    """The words of the items that were created: each is one item."""
    resolved: set[str] = field(default_factory=set)
    """The refs of the conflicts that were resolved."""
    refused: Counter[str] = field(default_factory=Counter)
