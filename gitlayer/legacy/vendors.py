"""How vendors are written: a name, a status, tests, formats, a version."""

import re
from collections.abc import Mapping

from gitlayer.legacy.entries import Entry, Kind, fitted, labelled, tells
from gitlayer.legacy.figures import KNOWN_FORMATS, read_tests, set_formats
from gitlayer.legacy.pieces import Plain
from gitlayer.legacy.scan import Scan, trimmed
from gitlayer.legacy.wording import CHECKBOX, NOTHING, TICK, VENDOR_STATUSES, status_in, tick_of
from localstore.values import mapping_of

_VERSION = re.compile(r"(?<![\w.])(?:v|version\s+)(?P<version>\d[\w.+-]*)", re.IGNORECASE)
_BRACKET = re.compile(r"\[(?P<inside>[^\[\]]*)\]")
_BARE_FORMATS = re.compile(
    r"(?<![\w-])(?:excel|xlsx?|csv|pdf|ocr)(?:\s*(?:[,/+&]|and)\s*(?:excel|xlsx?|csv|pdf|ocr))*(?![\w-])",
    re.IGNORECASE,
)
_HARD = re.compile(
    r"\s*[:|=]\s|:$|\s[-\u2013—→=]+\s|\s*[(\[,;]|\s+\d{1,3}(?:\.\d+)?\s*%|\s+\d+/\d+"
)


class Vendors:
    """The grammar of vendors."""

    kind = Kind.VENDORS
    labels: Mapping[str, str] = {
        **dict.fromkeys(("vendor", "name", "vendor name", "supplier", "provider"), ""),
        **dict.fromkeys(("status", "state"), "status"),
        **dict.fromkeys(("tests", "test results", "test", "tests passed", "results"), "tests"),
        **dict.fromkeys(("passing", "pass rate", "passed", "success"), "tests"),
        **dict.fromkeys(("formats", "format", "format support", "supports"), "formats"),
        **dict.fromkeys(("supported formats", "file formats"), "formats"),
        **dict.fromkeys(("version", "extractor", "extractor version", "ver"), "version"),
        **dict.fromkeys(("manifest", "manifest compliant", "manifest compliance"), "manifest"),
        "skipped": "skipped",
        "excel": "excel",
        "csv": "csv",
        "pdf": "pdf",
        "ocr": "ocr",
    }

    statuses = VENDOR_STATUSES

    def is_strong(self, line: Plain) -> bool:
        """A name, a colon or a dash, and a status or figures."""
        trial = Entry(Kind.VENDORS, 0)
        self.begin(trial, line)
        return bool(trial.title) and len(trial.title.split()) <= 5 and _says_much(trial)

    def begin(self, entry: Entry, line: Plain) -> str:
        """Read `NAME: status (n/m tests, k skipped) [formats] version`, in many variants."""
        text = line.text
        box = CHECKBOX.match(text)
        if box:
            entry.told["status"] = "broken" if box[1] == " " else "operational"
            entry.implied = {"status"} if box[1] == " " else set()
            text = text[box.end() :].strip()
        tick = TICK.match(text)
        if tick:
            _set_tick(entry, tick.group())
            text = text[tick.end() :].strip()
        name, rest = _name(text, line.lead)
        name = re.sub(r"\s*(?:\.{2,}|…)$", "", name)
        entry.title = fitted(entry, name.strip(" `*"), 1000, "name")
        fields = labelled(rest.strip(" :|\u2013—-"), self.labels)
        if fields:
            return "" if tells(entry, fields, self) else rest
        scan = Scan(rest)
        _read_all(entry, scan)
        word = scan.first_part()
        word = status_in(word, VENDOR_STATUSES) or word
        told = entry.told.get("status")
        if told is not None and VENDOR_STATUSES.get(word.casefold()) == told:
            scan.text = scan.text.replace(word, "", 1)
        elif told is None and word and len(word.split()) <= 3:
            _set_status(entry, word)
            scan.text = scan.text.replace(word, "", 1)
        return scan.rest

    def tell(self, entry: Entry, name: str, value: str) -> bool:
        """Read one labelled field."""
        if name == "":
            entry.title = fitted(entry, value.strip("`*"), 1000, "name")
            return True
        if name == "status":
            return _tell_status(entry, value)
        if name == "manifest":
            return _tell_tick(entry, "manifest_compliant", value)
        if name == "version":
            version = value.strip("` ")
            if version.casefold() not in NOTHING:
                _set_version(entry, version)
            return True
        if name in KNOWN_FORMATS:
            return _tell_format(entry, name, value)
        if name == "formats":
            return set_formats(entry, value.strip("[]() "))
        if name == "skipped":
            value = f"{value} skipped"
        scan = Scan(value)
        read_tests(entry, scan)
        return not scan.rest or value.casefold() in NOTHING

    def add(self, entry: Entry, text: str) -> str:
        """Read a further line: figures, formats, a version, a status."""
        scan = Scan(text)
        _read_all(entry, scan)
        word = status_in(scan.first_part(), VENDOR_STATUSES)
        if "status" not in entry.told and word:
            _set_status(entry, word)
            scan.text = scan.text.replace(word, "", 1)
        return scan.rest


def _read_all(entry: Entry, scan: Scan) -> None:
    read_tests(entry, scan)
    bracket = _BRACKET.search(scan.text)
    if bracket and set_formats(entry, bracket["inside"]):
        scan.take(_BRACKET)
    if "metadata.format_support" not in entry.told:
        bare = scan.take(_BARE_FORMATS)
        if bare:
            set_formats(entry, bare.group())
    version = None if "extractor_version" in entry.told else scan.take(_VERSION)
    if version:
        _set_version(entry, version["version"].rstrip(".,"))
    tick = TICK.search(scan.text) if "status" not in entry.told else None
    if tick:
        scan.take(TICK)
        _set_tick(entry, tick.group())


def _name(text: str, lead: str) -> tuple[str, str]:
    if lead and text.strip("`").startswith(lead):
        start = text.index(lead) + len(lead)
        return lead, text[start:].lstrip("`")
    ends = [each.start() for each in (_HARD.search(text), TICK.search(text)) if each]
    ends += [each.start() for each in (_VERSION.search(text),) if each and each.start()]
    end = min(ends, default=len(text))
    name = text[:end].strip()
    word = re.search(r"\s(operational|broken|not operational)$", name, re.IGNORECASE)
    if word and not text[end:].lstrip().startswith(":"):
        return name[: word.start()], name[word.start() :] + " , " + text[end:]
    return name, text[end:]


def _says_much(entry: Entry) -> bool:
    return ("status" in entry.told and "status" not in entry.legacy) or any(
        key.startswith("metadata.") for key in entry.told
    )


def _set_tick(entry: Entry, tick: str) -> None:
    entry.told["status"] = "operational" if tick_of(tick) else "broken"


def _set_status(entry: Entry, word: str) -> None:
    status = VENDOR_STATUSES.get(word.casefold())
    answer = tick_of(word)
    if status is None and answer is not None:
        status = "operational" if answer else "broken"
    entry.told["status"] = status or "broken"
    if status is None:
        entry.keep("status", word, "is no status of a vendor; broken")
    elif word.casefold() != status and tick_of(word) is None:
        entry.keep("status", word, f"was read as {status}")


def _tell_status(entry: Entry, value: str) -> bool:
    scan = Scan(value)
    word = scan.first_part()
    if not word:
        return True
    parts = word.split()
    if tick_of(parts[0]) is not None and len(parts) > 1:
        word = " ".join(parts[1:])
    word = status_in(word, VENDOR_STATUSES) or word
    if len(word.split()) > 3:
        return False
    _set_status(entry, word)
    scan.text = scan.text.replace(word, "", 1)
    scan.take(TICK)
    _read_all(entry, scan)
    return not scan.rest


def _tell_tick(entry: Entry, key: str, value: str) -> bool:
    answer = tick_of(value)
    if answer is None and value.casefold() not in NOTHING:
        entry.keep(key, value, "is neither yes nor no")
    elif answer is not None:
        entry.told[f"metadata.{key}"] = answer
    return True


def _tell_format(entry: Entry, name: str, value: str) -> bool:
    answer = True if value.casefold() == "x" else tick_of(value)
    support = mapping_of(entry.told, "metadata.format_support")
    if answer is None and value.casefold() not in NOTHING:
        return False
    entry.told["metadata.format_support"] = support | {name: bool(answer)}
    return True


def _set_version(entry: Entry, written: str) -> None:
    version = re.sub(r"^v(?=\d)", "", written, flags=re.IGNORECASE)
    if len(version) > 50:
        entry.keep("extractor_version", written, "is longer than 50 characters")
    else:
        entry.told["extractor_version"] = trimmed(version) or version
