"""How work items are written: a title, its type, status, parent, and what else is told of it."""

import re
from collections.abc import Mapping

from gitlayer.legacy.entries import REST, Entry, Kind, fitted, take_groups
from gitlayer.legacy.pieces import Plain
from gitlayer.legacy.scan import Scan
from gitlayer.legacy.wording import (
    CHECKBOX,
    ITEM_STATUSES,
    ITEM_TYPES,
    NOTHING,
    TICK,
    URGENCIES,
    status_in,
    take_when,
    tick_of,
)
from localstore.values import Row, Value

_PRIORITY = re.compile(r"P[0-3]", re.IGNORECASE)
_ASSIGNEE = re.compile(r"@[\w.-]{1,99}")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_TAIL = re.compile(r"\s*(?:[:|]|\s[-\u2013—→])\s*(?P<word>(?:(?!\s-\s)[^:|\u2013—→]){2,20})$")
_HEAD = re.compile(r"^(?P<word>\w{3,8}):\s+(?=\S)")
_LIMITS = {"assignee": 100, "branch_name": 200, "metadata.blocked_reason": 500}


class WorkItems:
    """The grammar of work items."""

    kind = Kind.WORK_ITEMS
    labels: Mapping[str, str] = {
        **dict.fromkeys(("title", "item", "work item", "name", "task"), ""),
        **dict.fromkeys(("status", "state"), "status"),
        **dict.fromkeys(("created", "created at", "opened", "started", "since"), "created"),
        **dict.fromkeys(("parent", "part of", "parent item", "belongs to"), "parent"),
        **dict.fromkeys(("type", "kind", "item type"), "item_type"),
        **dict.fromkeys(("priority", "prio"), "priority"),
        **dict.fromkeys(("assignee", "owner", "assigned to"), "assignee"),
        **dict.fromkeys(("labels", "tags"), "labels"),
        **dict.fromkeys(("branch", "branch name"), "branch_name"),
        **dict.fromkeys(("commit", "commits"), "commit_hashes"),
        **dict.fromkeys(("pr", "pull request"), "pr_number"),
        **dict.fromkeys(("description", "summary"), "description"),
        **dict.fromkeys(("blocked by", "blocked reason", "reason"), "metadata.blocked_reason"),
    }

    statuses = ITEM_STATUSES

    def is_strong(self, line: Plain) -> bool:
        """A title that ends in its type in brackets."""
        trial = Entry(Kind.WORK_ITEMS, 0)
        self.begin(trial, line)
        return bool(trial.title) and ("item_type" in trial.told or "status" in trial.told)

    def begin(self, entry: Entry, line: Plain) -> str:
        """Read a title with what stands around it; words that are not known belong to it."""
        text = line.text
        box = CHECKBOX.match(text)
        if box:
            entry.told["status"] = "active" if box[1] == " " else "completed"
            entry.implied = {"status"} if box[1] == " " else set()
            text = text[box.end() :].strip()
        tick = TICK.match(text)
        if tick:
            done = tick_of(tick.group())
            entry.told["status"] = "completed" if done else "active"
            if not done:
                entry.remark(f"{tick.group()} was read as not done yet")
            text = text[tick.end() :].strip()
        told: Row = {}
        while True:
            shorter, groups = take_groups(text, _read_part)
            if groups.keys() & told.keys():
                break
            told |= groups
            tail = _TAIL.search(shorter)
            known = _read_part(tail["word"].strip()) if tail and tail.start() else None
            if tail is not None and known is not None and not known.keys() & told.keys():
                shorter, told = shorter[: tail.start()], known | told
            if shorter == text:
                break
            text = shorter
        head = _HEAD.match(text)
        if head and head["word"].casefold() in ITEM_TYPES:
            told |= {"item_type": head["word"]}
            text = text[head.end() :]
        rest = str(told.pop(REST, ""))
        for name, value in told.items():
            self.tell(entry, name, str(value))
        entry.title = fitted(entry, text, 200)
        return rest

    def tell(self, entry: Entry, name: str, value: str) -> bool:
        """Read one labelled field."""
        value = value.strip()
        if name == "":
            entry.title = fitted(entry, value, 200)
            return True
        if name == "status":
            return _tell_status(entry, value)
        if value.casefold() in NOTHING:
            return True
        if name == "created":
            return _tell_created(entry, value)
        if name == "item_type":
            _tell_word(entry, name, value.strip("()"), ITEM_TYPES, default="task")
        elif name == "priority":
            _tell_priority(entry, value)
        elif name == "labels":
            return _tell_labels(entry, value)
        elif name == "commit_hashes":
            _tell_commits(entry, value)
        elif name == "pr_number":
            return _tell_pull_request(entry, value)
        elif name in _LIMITS and len(value) > _LIMITS[name]:
            entry.keep(name, value, f"is longer than {_LIMITS[name]} characters")
        elif name == "description" and "description" in entry.told:
            return False
        else:
            entry.told[name] = value.removeprefix("@") if name == "assignee" else value
        return True

    def add(self, entry: Entry, text: str) -> str:
        """Nothing without a label belongs to a field, save words that say nothing."""
        return "" if entry.title and text.casefold() in NOTHING else text


def _read_part(part: str) -> Row | None:
    word = part.strip("*` ").casefold()
    if word in ITEM_TYPES:
        return {"item_type": part.strip("*` ")}
    if word in ITEM_STATUSES:
        return {"status": part.strip("*` ")}
    if _PRIORITY.fullmatch(part):
        return {"priority": part}
    return {"assignee": part} if _ASSIGNEE.fullmatch(part) else None


def _tell_status(entry: Entry, value: str) -> bool:
    scan = Scan(value)
    word = scan.first_part()
    if not word:
        return not value
    answer = tick_of(word)
    if answer is not None:
        entry.told["status"] = "completed" if answer else "active"
        return word == value.strip()
    bare = TICK.sub("", word).strip() or word
    bare = status_in(bare, ITEM_STATUSES) or bare
    _tell_word(entry, "status", bare, ITEM_STATUSES, default="active")
    scan.text = scan.text.replace(bare, "", 1)
    scan.take(TICK)
    return not scan.rest


def _tell_word(
    entry: Entry, name: str, word: str, known: Mapping[str, str], *, default: str
) -> None:
    meant = known.get(word.casefold())
    entry.told[name] = meant or default
    if meant is None:
        entry.keep(name, word, f"is not known; {default}")
    elif meant != word.casefold():
        entry.keep(name, word, f"was read as {meant}")


def _tell_created(entry: Entry, value: str) -> bool:
    scan = Scan(value)
    when = take_when(scan)
    if when is None:
        entry.keep("created_at", value, "is no date")
        return True
    entry.told["created_at"] = when.moment
    if not when.exact:
        entry.keep("created_at", when.written, "names only a month; its first day")
    return not scan.rest


def _tell_priority(entry: Entry, value: str) -> None:
    if _PRIORITY.fullmatch(value):
        entry.told["priority"] = value.upper()
        return
    urgency = URGENCIES.get(value.casefold())
    if urgency is not None:
        entry.told["priority"] = f"P{min(urgency, 4) - 1}"
    entry.keep("priority", value, "was read as " + str(entry.told.get("priority", "P2")))


def _tell_labels(entry: Entry, value: str) -> bool:
    labels = [label.strip("`* ") for label in re.split(r"[,;]", value)]
    found: list[Value] = [*dict.fromkeys(label for label in labels if label)]
    if len(found) > 50 or any(len(str(label)) > 100 for label in found):
        return False
    entry.told["labels"] = found
    return True


def _tell_commits(entry: Entry, value: str) -> None:
    words = [word.strip("`") for word in re.split(r"[\s,;]+", value) if word]
    whole: list[Value] = [word.lower() for word in words if _COMMIT.fullmatch(word.lower())]
    if len(whole) == len(words):
        entry.told["commit_hashes"] = [*dict.fromkeys(map(str, whole))]
    else:
        entry.keep("commit_hashes", value, "is not all whole commit hashes")


def _tell_pull_request(entry: Entry, value: str) -> bool:
    number = re.fullmatch(r"(?:PR\s*)?[#!]?(\d{1,15})", value, re.IGNORECASE)
    if number is None or int(number[1]) < 1:
        entry.keep("pr_number", value, "is no number of a pull request")
    else:
        entry.told["pr_number"] = int(number[1])
    return True
