"""What was read: entries, remarks about them, and what the grammar of each kind must offer."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import partial
from typing import Protocol

from gitlayer.legacy.pieces import Plain
from gitlayer.legacy.scan import GAP
from localstore.values import Row, Value, text_of


class Kind(Enum):
    """The kinds of entries, by the name of their marker in a report's layout."""

    VENDORS = "vendors"
    WORK_ITEMS = "work-items"
    DEPLOYMENTS = "deployments"
    ENHANCEMENTS = "enhancements"
    PROMPTS = "prompts"


@dataclass(frozen=True, slots=True)
class Remark:
    """Something a person should look at: the line (1-based) and what is odd about it."""

    line: int
    reason: str


@dataclass(slots=True)
class Entry:
    """One entry as the file tells it.

    `told` holds fields by their names in the store, those of metadata as `metadata.KEY`; `legacy`
    what fails today's rules, as written; `lines` all its lines (0-based) that were understood,
    `notes` those to be kept verbatim.
    """

    kind: Kind
    line: int
    title: str = ""
    depth: int = 0
    told: Row = field(default_factory=dict)
    legacy: Row = field(default_factory=dict)
    lines: list[int] = field(default_factory=list)
    notes: list[int] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    above: "Entry | None" = None
    implied: set[str] = field(default_factory=set)
    """Fields that a box without a tick, or a heading, told; what is said in words goes before."""
    crowded: bool = False
    """Whether something could not be kept because something else stands there."""

    def add(self, read: Callable[[], bool]) -> bool:
        """Let `read` tell more of the entry; False when a rest is left, or when it says otherwise
        what was told before, which then stays."""
        told = dict(self.told)
        self.crowded = False
        whole = read()
        changed = [
            name
            for name, value in told.items()
            if not _extends(self.told.get(name), value) and name not in self.implied
        ]
        self.implied -= {name for name, value in told.items() if self.told.get(name) != value}
        if changed:
            self.told |= {name: told[name] for name in changed}
            self.remark(f"{', '.join(changed)} is told twice; the first stands")
        return whole and not changed and not self.crowded

    def keep(self, name: str, written: Value, why: str) -> None:
        """Keep as written what may not stand in the field `name`, and say so."""
        kept = written.replace(GAP, " ") if isinstance(written, str) else written
        if self.legacy.setdefault(name, kept) != kept:
            self.crowded = True
            return
        shown = ", ".join(map(str, kept)) if isinstance(kept, list) else str(kept)
        self.remark(f"{name} {shown[:80]!r} {why}")

    def remark(self, reason: str) -> None:
        """Say something about the entry."""
        self.remarks.append(Remark(self.line + 1, reason))


def _extends(new: Value, old: Value) -> bool:
    """Whether nothing of `old` is missing in `new`."""
    if isinstance(new, dict) and isinstance(old, dict):
        return new | old == new
    return new == old


class Grammar(Protocol):
    """How entries of one kind are written."""

    @property
    def kind(self) -> Kind:
        """What it reads."""
        ...

    @property
    def labels(self) -> Mapping[str, str]:
        """The words before a colon, or above a column, by the field they tell; "" is the title."""
        ...

    @property
    def statuses(self) -> Mapping[str, str]:
        """The words for a status by the status they mean; empty when there is none."""
        ...

    def is_strong(self, line: Plain) -> bool:
        """Whether a line alone, without a bullet, is surely the beginning of an entry."""
        ...

    def begin(self, entry: Entry, line: Plain) -> str:
        """Read the first line of an entry; return what was not understood."""
        ...

    def tell(self, entry: Entry, name: str, value: str) -> bool:
        """Read the value of a field; False when something of it is not in a field then."""
        ...

    def add(self, entry: Entry, text: str) -> str:
        """Read a further line without a label; return what was not understood."""
        ...


def tells(entry: Entry, fields: Sequence[tuple[str, str]], grammar: Grammar) -> bool:
    """Read labelled fields into an entry; False when not all they say is in fields then."""
    told = [entry.add(partial(grammar.tell, entry, name, value)) for name, value in fields]
    return all(told)


def adds(entry: Entry, line: Plain, grammar: Grammar) -> bool:
    """Read a line without a label into an entry; False when not all of it was understood."""
    if not line.text or line.linked:
        return False
    return entry.add(lambda: not grammar.add(entry, line.text))


def labelled(text: str, labels: Mapping[str, str]) -> list[tuple[str, str]]:
    """The fields and values in a line like `Status: active; Parent: Dates`; empty when the line
    does not begin with a known label."""
    found: list[tuple[str, str]] = []
    for part in _splitter(tuple(labels)).split(text):
        label, value = _label(part, labels)
        if label is None:
            return []
        found.append((label, value))
    return found


def _label(part: str, labels: Mapping[str, str]) -> tuple[str | None, str]:
    match = re.match(
        r"\s*(?P<label>[^:=]{1,40}?)\s*(?::|=|\s[-\u2013—](?=\s))\s*(?P<value>.*)", part
    )
    if match is None:
        return None, ""
    return labels.get(_key(match["label"])), match["value"].strip()


def label_of(heading: str, labels: Mapping[str, str]) -> str | None:
    """The field that a column's heading names; None for an unknown one."""
    return labels.get(_key(heading))


def _key(label: str) -> str:
    return " ".join(label.replace("*", " ").replace("_", " ").casefold().split()).rstrip("?: ")


_SPLITTERS: dict[tuple[str, ...], re.Pattern[str]] = {}


def _splitter(labels: tuple[str, ...]) -> re.Pattern[str]:
    if labels not in _SPLITTERS:
        words = "|".join(re.escape(label) for label in sorted(labels, key=len, reverse=True))
        _SPLITTERS[labels] = re.compile(rf"\s*[,;|•·]\s*(?=(?:{words})\s*:)", re.IGNORECASE)
    return _SPLITTERS[labels]


REST = "?"
_GROUP = re.compile(r"\s*[(\[](?P<inside>[^()\[\]]*)[)\]]\s*$")


def take_groups(text: str, read: Callable[[str], Row | None]) -> tuple[str, Row]:
    """Take the bracketed groups off the end of a title, as long as `read` knows most of each.

    Returns the text before them and what was read; under REST the parts that were not known.
    """
    told: Row = {}
    while (group := _GROUP.search(text)) is not None and group.start() > 0:
        parts = [part.strip() for part in re.split(r"[,;|]", group["inside"]) if part.strip()]
        known = [read(part) for part in parts]
        names = [*told, *(name for each in known for name in each or {})]
        unknown = [part for part, each in zip(parts, known, strict=True) if each is None]
        if len(unknown) * 2 >= len(parts) or len(set(names)) < len(names):
            break
        for each in known:
            told |= each or {}
        if unknown:
            told[REST] = ", ".join([*unknown, text_of(told, REST)])
        text = text[: group.start()]
    return text, told


def fitted(entry: Entry, title: str, length: int, name: str = "title") -> str:
    """A title on one line of at most `length` characters; the whole is kept when it was longer."""
    line = " ".join(re.sub(r"[\r\n\t\u2028\u2029\x85]", " ", title).split(" ")).strip()
    if line != title.strip():
        entry.keep(name, title, "is no single line")
    if len(line) > length:
        entry.keep(name, title, f"is longer than {length} characters")
    return line[:length].strip()
