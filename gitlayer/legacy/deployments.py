"""How deployments are written: when, which pull request, its title, commit, tests, vendors."""

import re
from collections.abc import Mapping

from gitlayer.legacy.entries import Entry, Kind, fitted, labelled, tells
from gitlayer.legacy.pieces import Plain
from gitlayer.legacy.scan import GAP, Scan, trimmed
from gitlayer.legacy.wording import NOTHING, TICK, take_when, tick_of
from localstore.values import Row, Value, mapping_of

_PULL_REQUEST = re.compile(
    r"(?:\bPRs?|\bpull request|\bMR)\s*[:#!]*\s*(?P<n>\d{1,15})\b", re.IGNORECASE
)
_BARE_NUMBER = re.compile(r"(?<!\w)[#!](?P<n>\d{1,15})\b")
_ODD_DATE = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:[ T]\d\d:\d\d(?::\d\d)?)?")
_ODD_PULL_REQUEST = re.compile(r"\bPR\s*#\s*(?P<n>\w{1,40})")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_COMMIT_IN_HEAD = re.compile(
    r"[(\[]?\b(?:commit|sha|rev|revision)\s*[:#]?\s*`?(?P<a>[\w-]{4,64})`?[)\]]?"
    r"|(?<=\s)(?P<d>(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{7,40})(?=\s+[|\u2013—-]|\s*[,;]|$)"
    r"|[(\[`]+(?P<b>(?=[a-f]*\d)[0-9a-f]{7,64})[)\]`]+|\b(?P<c>[0-9a-f]{40})\b",
    re.IGNORECASE,
)
_DASH = re.compile(r"(\s[-\u2013—|]\s)")
_COUNTS = re.compile(r"\d{1,15}(?:\s*/\s*\d{1,15})?\s+(?:tests?\s+)?(?:passed|passing)\b")
_COUNT_FIRST = re.compile(r"(?P<n>\d{1,15})\s+(?P<word>[A-Za-z][\w-]*)(?: tests?\b)?")
_WORD_FIRST = re.compile(r"['\"]?\b(?P<word>[A-Za-z][\w-]*)['\"]?\s*[:=,]\s*(?P<n>\d{1,15})\b")
_OF = re.compile(
    r"(?P<passed>\d{1,15})\s*(?:/|of)\s*(?P<total>\d{1,15})(?:\s*(?:tests?|passed|passing))*\b"
)
_PERCENT = re.compile(r"(?P<n>\d{1,3}(?:\.\d{1,3})?)\s*%\s*(?:tests?\s*)?(?:passed|passing|pass)?")


class Deployments:
    """The grammar of deployments."""

    kind = Kind.DEPLOYMENTS
    labels: Mapping[str, str] = {
        **dict.fromkeys(("title", "summary", "what", "change"), ""),
        **dict.fromkeys(("commit", "sha", "hash", "commit hash", "revision"), "commit_hash"),
        **dict.fromkeys(("work items", "items", "work item", "tickets", "tasks"), "work_items"),
        **dict.fromkeys(("vendors", "vendor", "affected vendors", "vendors affected"), "vendors"),
        **dict.fromkeys(("tests", "test summary", "test results", "test"), "tests"),
        **dict.fromkeys(("constitutional compliance", "compliance", "compliant"), "compliance"),
        **dict.fromkeys(("pr", "pull request", "pr number"), "pr"),
        **dict.fromkeys(("date", "deployed", "deployed at", "when", "time"), "date"),
    }

    statuses: Mapping[str, str] = {}

    def is_strong(self, line: Plain) -> bool:
        """A line that names a commit, or a date or a pull request near its beginning."""
        if _ODD_DATE.match(line.text) or _COMMIT_IN_HEAD.search(line.text):
            return True
        scan = Scan(line.text[:60])
        return take_when(scan) is not None or _PULL_REQUEST.match(line.text) is not None

    def begin(self, entry: Entry, line: Plain) -> str:
        """Read `DATE - PR #n - TITLE (commit)`; what is left is the title."""
        scan = Scan(line.text)
        entry.title = line.text[:60]
        tick = TICK.match(line.text)
        if tick:
            scan.take(TICK)
            entry.told["metadata.constitutional_compliance"] = bool(tick_of(tick.group()))
            entry.remark("its tick was read as constitutional compliance")
        when = take_when(scan)
        if when is not None:
            self._set_when(entry, when.moment, "" if when.exact else when.written)
        elif (odd := scan.take(_ODD_DATE)) is not None:
            entry.keep("deployed_at", odd.group().strip(), "is no date")
        number = scan.take(_PULL_REQUEST) or scan.take(_BARE_NUMBER) or scan.take(_ODD_PULL_REQUEST)
        if number:
            _set_number(entry, number["n"])
        commit = scan.take(_COMMIT_IN_HEAD)
        if commit:
            _set_commit(entry, next(filter(None, commit.groups())))
        pieces = _DASH.split(scan.text)
        for place in range(0, len(pieces), 2):
            if place and self._understands(entry, pieces[place].strip(GAP + " ")):
                pieces[place] = GAP
        parts = [part for part in map(_edge, "".join(pieces).split(GAP)) if part]
        title = max(parts, key=len, default="")
        self._set_title(entry, title)
        entry.implied = {"metadata.pr_title"}
        parts.remove(title) if title else None
        return " ".join(parts)

    def tell(self, entry: Entry, name: str, value: str) -> bool:
        """Read one labelled field."""
        value = value.strip()
        if name == "":
            self._set_title(entry, value)
        elif value.casefold() in NOTHING and name != "compliance":
            return True
        elif name == "commit_hash":
            scan = Scan(value)
            word = scan.take(re.compile(r"`?(\w+)`?"))
            _set_commit(entry, word[1] if word and not scan.rest else value)
        elif name == "vendors":
            _tell_names(entry, "vendors", re.split(r"[,;]", value))
        elif name == "work_items":
            _tell_names(entry, "work_items", _titles(value))
        elif name == "tests":
            return _tell_tests(entry, value)
        elif name == "compliance":
            return _tell_compliance(entry, value)
        elif name == "pr":
            number = re.fullmatch(r"(?:PR\s*)?[#!]?(\d{1,15})", value, re.IGNORECASE)
            _set_number(entry, number[1] if number else value)
        elif name == "date":
            scan = Scan(value)
            when = take_when(scan)
            if when is None:
                entry.keep("deployed_at", value, "is no date")
                return True
            self._set_when(entry, when.moment, "" if when.exact else when.written)
            return not scan.rest
        return True

    def add(self, entry: Entry, text: str) -> str:
        """Nothing without a label belongs to a field, save words that say nothing."""
        return "" if entry.title and text.casefold() in NOTHING else text

    def _understands(self, entry: Entry, part: str) -> bool:
        """Whether a part between dashes is a labelled field, or counts of tests."""
        fields = labelled(part, self.labels)
        if fields and all(name for name, _ in fields):
            return tells(entry, fields, self)
        return _COUNTS.match(part) is not None and tells(entry, [("tests", part)], self)

    def _set_when(self, entry: Entry, moment: str, rough: str) -> None:
        entry.told["deployed_at"] = moment
        if rough:
            entry.keep("deployed_at", rough, "names only a month; its first day")

    def _set_title(self, entry: Entry, title: str) -> None:
        if title:
            before = entry.told.get("metadata.pr_title")
            if before is not None and before != title:
                entry.keep("heading", before, "stood where the title usually stands")
            entry.title = title
            entry.told["metadata.pr_title"] = fitted(entry, title, 200, "pr_title")


def _edge(text: str) -> str:
    return trimmed(text) and re.sub(r"^[\s:;,|\u2013—-]+|[\s:;,|\u2013—-]+$", "", text).strip("() ")


def _set_number(entry: Entry, written: str) -> None:
    if written.isdigit() and 1 <= int(written) <= 2**53 - 1:
        entry.told["metadata.pr_number"] = int(written)
    else:
        entry.keep("pr_number", written, "is no number of a pull request")


def _set_commit(entry: Entry, written: str) -> None:
    if _COMMIT.fullmatch(written.lower()):
        entry.told["commit_hash"] = written.lower()
    else:
        entry.keep("commit_hash", written, "is no whole commit hash")


def _titles(value: str) -> list[str]:
    if "#" in value:
        return [each.removeprefix("#") for each in re.split(r"[,;]\s*(?=#)", value)]
    return re.split(r"[,;]\s*", value)


def _tell_names(entry: Entry, name: str, written: list[str]) -> None:
    names = [each.strip(" `*[]") for each in written]
    kept: list[Value] = [*dict.fromkeys(each for each in names if each.casefold() not in NOTHING)]
    if kept:
        entry.told[name] = kept


def _tell_tests(entry: Entry, value: str) -> bool:
    scan = Scan(value)
    summary: Row = dict(mapping_of(entry.told, "metadata.test_summary"))
    of = scan.take(_OF)
    if of:
        summary |= {"passed": int(of["passed"]), "total": int(of["total"])}
    percent = scan.take(_PERCENT)
    if percent:
        entry.told["metadata.passing_percent"] = float(percent["n"])
    for form in (_COUNT_FIRST, _WORD_FIRST):
        for found in scan.take_all(form):
            if found["word"] in summary:
                return False
            summary[found["word"]] = int(found["n"])
    if summary:
        entry.told["metadata.test_summary"] = summary
    return not scan.rest


def _tell_compliance(entry: Entry, value: str) -> bool:
    scan = Scan(value)
    tick = scan.take(TICK)
    word = tick.group() if tick else scan.first_part()
    answer = tick_of(word)
    if answer is None:
        if value.casefold() not in NOTHING:
            entry.keep("constitutional_compliance", value, "is neither yes nor no")
        return True
    entry.told["metadata.constitutional_compliance"] = answer
    if tick:
        return not scan.rest or tick_of(scan.rest) == answer
    scan.text = scan.text.replace(word, "", 1)
    return not scan.rest
