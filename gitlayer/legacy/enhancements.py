"""How future enhancements are written: a title, and in brackets or below it priority, quarter."""

import re
from collections.abc import Mapping

from gitlayer.legacy.entries import REST, Entry, Kind, fitted, label_of, take_groups
from gitlayer.legacy.pieces import Plain
from gitlayer.legacy.scan import Scan
from gitlayer.legacy.wording import (
    CHECKBOX,
    ENHANCEMENT_STATUSES,
    NOTHING,
    TICK,
    URGENCIES,
    take_quarter,
    tick_of,
)
from localstore.values import Row, Value

_NUMBER = re.compile(r"P?(?P<n>[0-9])(?:/5)?", re.IGNORECASE)
_LABELLED = re.compile(r"\s*(?P<label>[^:]{1,30}?)\s*[:=]\s*(?P<value>.+)")
_TAIL = re.compile(r"\s+[-\u2013—|]\s+(?P<word>[^\u2013—|]{2,40})$")


class Enhancements:
    """The grammar of enhancements."""

    kind = Kind.ENHANCEMENTS
    labels: Mapping[str, str] = {
        **dict.fromkeys(("title", "enhancement", "name", "idea", "feature"), ""),
        **dict.fromkeys(("priority", "prio", "urgency"), "priority"),
        **dict.fromkeys(("quarter", "target", "target quarter", "when"), "target_quarter"),
        **dict.fromkeys(("status", "state"), "status"),
        **dict.fromkeys(("description", "summary"), "description"),
        **dict.fromkeys(("principles", "required principles"), "required_principles"),
        **dict.fromkeys(("depends on", "requires", "after"), "depends_on"),
    }

    statuses = ENHANCEMENT_STATUSES

    def is_strong(self, line: Plain) -> bool:
        """A title that ends in a priority or a quarter."""
        trial = Entry(Kind.ENHANCEMENTS, 0)
        self.begin(trial, line)
        return bool(trial.title) and bool({"priority", "target_quarter"} & trial.told.keys())

    def begin(self, entry: Entry, line: Plain) -> str:
        """Read `TITLE (Priority: High, Q3 2026)` in its variants; unknown words are the title's."""
        text = line.text
        box = CHECKBOX.match(text)
        if box:
            entry.told["status"] = "planned" if box[1] == " " else "completed"
            entry.implied = {"status"} if box[1] == " " else set()
            text = text[box.end() :].strip()
        tick = TICK.match(text)
        if tick:
            entry.told["status"] = "completed" if tick_of(tick.group()) else "planned"
            text = text[tick.end() :].strip()
        text, told = take_groups(text, self._read_part)
        while (tail := _TAIL.search(text)) is not None:
            known = self._read_part(tail["word"].strip())
            if known is None or known.keys() & told.keys():
                break
            text, told = text[: tail.start()], known | told
        rest = str(told.pop(REST, ""))
        for name, value in told.items():
            if not self.tell(entry, name, str(value)):
                rest = f"{rest} {value}".strip()
        entry.title = fitted(entry, text, 200)
        return rest or ("more" if "title" in entry.legacy else "")

    def tell(self, entry: Entry, name: str, value: str) -> bool:
        """Read one labelled field; there is no metadata, so what is odd stays a note."""
        value = value.strip()
        if name == "":
            entry.title = fitted(entry, value, 200)
            return "title" not in entry.legacy
        if value.casefold() in NOTHING:
            return True
        if name == "priority":
            return _tell_priority(entry, value)
        if name == "target_quarter":
            scan = Scan(value)
            quarter = take_quarter(scan)
            if quarter is None:
                entry.remark(f"target_quarter {value[:60]!r} is no quarter; kept as a note")
                return False
            entry.told["target_quarter"] = quarter
            return not scan.rest
        if name == "status":
            status = ENHANCEMENT_STATUSES.get(value.casefold())
            if status is None:
                entry.remark(f"status {value[:60]!r} is not known; planned")
            entry.told["status"] = status or "planned"
            return status == value.casefold()
        if name == "required_principles":
            principles: list[Value] = [*filter(None, (each.strip() for each in value.split(",")))]
            entry.told[name] = principles
            return len(principles) <= 100 and all(len(str(each)) <= 2000 for each in principles)
        if name == "description" and name not in entry.told:
            entry.told[name] = value
            return True
        return False

    def add(self, entry: Entry, text: str) -> str:
        """Read a further line that is nothing but a priority or a quarter."""
        known = self._read_part(text)
        if known and all(self.tell(entry, name, str(value)) for name, value in known.items()):
            return ""
        return text

    def _read_part(self, part: str) -> Row | None:
        match = _LABELLED.fullmatch(part)
        if match is not None:
            name = label_of(match["label"], self.labels)
            return (
                {name: match["value"]} if name in ("priority", "target_quarter", "status") else None
            )
        word = part.strip("*` ").casefold()
        if word in URGENCIES or re.fullmatch(r"p[0-4]", word):
            return {"priority": part}
        if word.endswith(" priority") and word.removesuffix(" priority") in URGENCIES:
            return {"priority": part.split(maxsplit=1)[0]}
        if word in ENHANCEMENT_STATUSES:
            return {"status": part}
        scan = Scan(part)
        return {"target_quarter": part} if take_quarter(scan) and not scan.rest else None


def _tell_priority(entry: Entry, value: str) -> bool:
    word = value.strip("*` ").casefold().removesuffix(" priority")
    number = _NUMBER.fullmatch(word)
    if word in URGENCIES:
        entry.told["priority"] = URGENCIES[word]
        return True
    if number is not None and (word[0] == "p" or 1 <= int(number["n"]) <= 5):
        level = int(number["n"]) + (1 if word[0] == "p" else 0)
        entry.told["priority"] = min(level, 5)
        if word[0] == "p":
            entry.remark(f"priority {value!r} was read as {min(level, 5)}")
            return False
        return True
    entry.remark(f"priority {value[:60]!r} is not known; kept as a note")
    return False
