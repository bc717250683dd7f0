"""Reading one section: every line of it goes into an entry's fields, an entry's note, or stays."""

from dataclasses import dataclass, field

from gitlayer.legacy.entries import Entry, Kind, adds, labelled, tells
from gitlayer.legacy.headings import read_heading, status_word
from gitlayer.legacy.pieces import Piece, Plain, Shape, plain
from gitlayer.legacy.sections import GRAMMARS, Role, Section, columns_of, is_start, says_nothing
from gitlayer.legacy.wording import CHECKBOX

_ABOVE_ITEMS = 100


@dataclass(slots=True)
class Sorted:
    """What a section came to: its entries, and the lines (0-based) that are mapped or notes; all
    other lines of it stay as they are."""

    entries: list[Entry] = field(default_factory=list)
    mapped: set[int] = field(default_factory=set)


def sort_section(section: Section) -> Sorted:
    """Read the entries of a section."""
    sorting = _Sorting(section)
    for piece in section.pieces:
        sorting.take(piece)
    return sorting.finish()


class _Sorting:
    def __init__(self, section: Section) -> None:
        self._section, self._grammar = section, GRAMMARS[section.kind]
        self._out = Sorted()
        self._stack: list[Entry] = []
        self._waiting: list[int] = []
        self._stays: list[int] = []
        self._columns: list[str | None] = []
        self._status = section.said.status
        self._foreign = self._by_heading = False

    def take(self, piece: Piece) -> None:
        """Read one line, in order."""
        if piece.shape is Shape.HEADING and piece.line in self._section.roles:
            self._foreign = self._section.roles[piece.line] is Role.FOREIGN
        if self._foreign:
            return
        if piece.shape in (Shape.BLANK, Shape.RULE):
            self._out.mapped.add(piece.line)
        elif piece.shape is Shape.HEADING:
            self._take_heading(piece)
        elif piece.shape is Shape.HEADER:
            self._columns = columns_of(piece, self._grammar)
            if self._columns and None not in self._columns:
                self._out.mapped.add(piece.line)
            else:
                self._waiting.append(piece.line)
        elif piece.shape is Shape.ROW and self._columns:
            self._take_row(piece)
        elif piece.shape in (Shape.ITEM, Shape.TEXT):
            self._take_line(piece)
        else:
            self._note(piece)

    def finish(self) -> Sorted:
        """The outcome: without any entry nothing is mapped but a bare heading."""
        out = self._out
        if not out.entries:
            if not says_nothing(self._section):
                return Sorted()
            below = {piece.line for piece in self._section.pieces}
            return Sorted([], below | {self._section.heading.line})
        out.entries[-1].notes += self._waiting
        self._settle_heading()
        return out

    def _settle_heading(self) -> None:
        """The section's own heading: with text by hand below it, it stays above that text."""
        out, heading = self._out, self._section.heading
        first = min([out.entries[0].line, *out.entries[0].notes])
        if any(line < first for line in self._stays):
            out.mapped -= set(range(heading.line, first))
        elif self._section.said.pure:
            out.mapped.add(heading.line)
        else:
            out.entries[0].notes.insert(0, heading.line)

    def _take_heading(self, piece: Piece) -> None:
        role = self._section.roles.get(piece.line)
        line = plain(piece.text)
        self._columns = []
        if role is Role.ENTRY:
            depth = piece.depth - _ABOVE_ITEMS
            if self._begin(piece, line, depth):
                self._by_heading = True
                return
        if role is Role.GROUP:
            self._stack, self._by_heading = [], False
            status = status_word(piece.text)
            self._status = status or self._section.said.status
            if status == line.text.casefold() or read_heading(piece.text).pure:
                self._out.mapped.add(piece.line)
            else:
                self._waiting.append(piece.line)
            return
        self._note(piece)

    def _take_row(self, piece: Piece) -> None:
        cells = [plain(cell) for cell in piece.cells]
        linked = any(cell.linked for cell in cells)
        names = self._columns
        title = cells[names.index("")] if "" in names else Plain("", "")
        entry = Entry(self._section.kind, piece.line, depth=1)
        rest = bool(self._grammar.begin(entry, title)) if title.text else False
        for name, cell in zip(names, cells, strict=False):
            if name is None:
                rest = rest or bool(cell.text)
            elif name and cell.text and not tells(entry, [(name, cell.text)], self._grammar):
                rest = True
        if entry.told and not entry.title:
            entry.title = " ".join(cell.text for cell in cells)[:60]
        if not entry.title:
            self._note(piece)
            return
        self._stack = []
        self._add(entry, piece.line, rest=rest or len(cells) != len(names) or linked)

    def _take_line(self, piece: Piece) -> None:
        line = plain(piece.text)
        fields = labelled(line.text, self._grammar.labels)
        owner = self._owner(piece)
        if fields and (owner is not None or fields[0][0] == ""):
            if fields[0][0] == "" and not self._wants_title(owner):
                self._begin_told(piece, fields, linked=line.linked)
            elif owner is not None:
                self._tell(owner, piece, fields, linked=line.linked)
            return
        is_item = piece.shape is Shape.ITEM
        begins = self._begins(piece, line, owner) if is_item else self._text_begins(piece, line)
        if begins and self._begin(piece, line, piece.depth):
            return
        if owner is not None and adds(owner, line, self._grammar):
            self._map(piece.line, owner)
        else:
            self._note(piece, owner)

    def _wants_title(self, owner: Entry | None) -> bool:
        """Whether a labelled title belongs to the entry that has begun, by its date or number."""
        return (
            owner is not None
            and self._section.kind is Kind.DEPLOYMENTS
            and (self._by_heading or "metadata.pr_title" not in owner.told)
        )

    def _begins(self, piece: Piece, line: Plain, owner: Entry | None) -> bool:
        strong = is_start(piece, self._grammar)
        nested = owner is not None and owner.depth < piece.depth
        if nested and owner is not None:
            if self._section.kind is Kind.WORK_ITEMS:
                return strong or not self._by_heading or CHECKBOX.match(line.text) is not None
            if not strong or owner.told or self._by_heading:
                return False
            self._demote(owner)
            return True
        if self._by_heading and self._section.kind is not Kind.WORK_ITEMS:
            return False
        if strong or self._section.kind in (Kind.WORK_ITEMS, Kind.ENHANCEMENTS):
            return True
        words = line.text.split(":")[0].split()
        return self._section.kind is Kind.VENDORS and len(words) <= 5 and line.text[-1:] != "."

    def _text_begins(self, piece: Piece, line: Plain) -> bool:
        if self._by_heading or not self._grammar.is_strong(line):
            return False
        if piece.depth:
            return self._section.kind is Kind.VENDORS and ":" in line.text
        return True

    def _demote(self, entry: Entry) -> None:
        """What looked like an entry is the name of a group."""
        self._out.entries.remove(entry)
        self._stack.remove(entry)
        self._out.mapped.discard(entry.line)
        self._waiting += sorted({entry.line, *entry.notes})

    def _owner(self, piece: Piece) -> Entry | None:
        deep = piece.depth if piece.shape is Shape.ITEM else piece.depth + 1
        above = [entry for entry in self._stack if entry.depth < deep]
        return above[-1] if above else next(reversed(self._stack), None)

    def _begin_told(self, piece: Piece, fields: list[tuple[str, str]], *, linked: bool) -> None:
        entry = Entry(self._section.kind, piece.line, depth=piece.depth)
        rest = self._grammar.begin(entry, plain(fields[0][1])) != "" or linked
        rest = not tells(entry, fields[1:], self._grammar) or rest
        if not entry.title:
            self._note(piece)
            return
        self._add(entry, piece.line, rest=rest)

    def _begin(self, piece: Piece, line: Plain, depth: int) -> bool:
        entry = Entry(self._section.kind, piece.line, depth=depth)
        rest = self._grammar.begin(entry, line)
        if not entry.title:
            return False
        self._by_heading = False
        self._add(entry, piece.line, rest=bool(rest) or line.linked or entry.crowded)
        return True

    def _add(self, entry: Entry, line: int, *, rest: bool) -> None:
        while self._stack and self._stack[-1].depth >= entry.depth:
            self._stack.pop()
        if self._section.kind is Kind.WORK_ITEMS:
            entry.above = next(reversed(self._stack), None)
        else:
            self._stack = []
        self._stack.append(entry)
        if "status" not in entry.told and self._status in self._grammar.statuses:
            entry.told["status"] = self._grammar.statuses[self._status]
            entry.implied.add("status")
        entry.notes += self._waiting
        self._waiting = []
        self._out.entries.append(entry)
        if rest:
            entry.notes.append(line)
        else:
            self._map(line, entry)

    def _map(self, line: int, owner: Entry) -> None:
        self._out.mapped.add(line)
        owner.lines.append(line)

    def _tell(
        self, owner: Entry, piece: Piece, fields: list[tuple[str, str]], *, linked: bool
    ) -> None:
        if tells(owner, fields, self._grammar) and not linked:
            self._map(piece.line, owner)
        else:
            self._note(piece, owner)

    def _note(self, piece: Piece, owner: Entry | None = None) -> None:
        holder = owner or next(reversed(self._stack), None)
        if holder is None:
            self._stays.append(piece.line)
        else:
            holder.notes.append(piece.line)
