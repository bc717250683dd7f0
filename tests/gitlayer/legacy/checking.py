"""Looking for every line of a source again in what was planned from it."""

import re
from pathlib import Path

from gitlayer.layout import fill
from gitlayer.legacy import headings
from gitlayer.legacy.planning import plan
from gitlayer.legacy.reading import Fate, Legacy, read_status
from gitlayer.legacy.scan import Scan
from gitlayer.legacy.sections import GRAMMARS
from gitlayer.legacy.wording import (
    ENHANCEMENT_STATUSES,
    ITEM_STATUSES,
    ITEM_TYPES,
    URGENCIES,
    VENDOR_STATUSES,
    take_when,
)
from localstore.planned import ImportPlan, Known, PlannedRow
from localstore.values import Row, Value, text_of, texts_of, to_json

FIXTURES = Path(__file__).parents[2] / "fixtures" / "legacy"
DIALECTS = Path(__file__).parent / "dialects"
EMPTY = Known({}, {}, "2026-01-01T00:00:00.000000Z")
_WORD = re.compile(r"[^\W\d_]+|\d+")
_MONTHS = "jan feb mar apr may jun jul aug sept oct nov dec january february march april june july "
_MONTHS += "august september october november december st nd rd th at utc gmt z"
_SMALL = (
    "v version pr prs pull request mr commit sha rev tests test of out passed passing pass failed "
    "failing fail skipped total unit golden yes no true false none n a na nil x ok y and xlsx xls "
    "in days priority q p specs checks green excel amp #"
)


def _labels() -> set[str]:
    words = " ".join(word for grammar in GRAMMARS.values() for word in grammar.labels)
    statuses = [*VENDOR_STATUSES, *ITEM_STATUSES, *ENHANCEMENT_STATUSES, *URGENCIES, *ITEM_TYPES]
    known = [*headings._KINDS, *headings._QUALIFIERS, *statuses]
    return words_of(" ".join([words, *known, _MONTHS, _SMALL]))


def words_of(text: str) -> set[str]:
    """The words and numbers of a text, case and leading zeros aside."""
    found = _WORD.findall(text.casefold())
    return {str(int(word)) if word.isdecimal() else word for word in found}


LABELS = _labels()


def planned(text: str) -> tuple[Legacy, ImportPlan]:
    """Read a text and plan its import into an empty store."""
    legacy = read_status(text, "status.md")
    return legacy, plan(legacy, [], EMPTY)


def complaints(text: str) -> list[str]:
    """Each line of `text` that cannot be found again where its fate says; empty when all can."""
    legacy, whole = planned(text)
    counted = sum(int(str(whole.lines[fate.value])) for fate in Fate)
    found = [] if counted == whole.lines["total"] == len(legacy.lines) else ["lines do not add up"]
    stored = {str(row.fields["id"]): row.fields for row in whole.rows}
    owner = _owners(legacy, whole)
    near = {str(row.fields["id"]): _told_by(row, stored) for row in whole.rows}
    everything = " ".join([*near.values(), legacy.as_of or ""])
    notes = _notes(stored)
    for number, (line, fate) in enumerate(zip(legacy.lines, legacy.fates, strict=True)):
        bare = line.rstrip("\r\n")
        if fate is Fate.NOTE and bare not in notes:
            found.append(f"{number + 1}: note not found: {bare}")
        if fate is Fate.MAPPED:
            told = near[owner[number]] if number in owner else everything
            known = words_of(told) | LABELS | _claims(bare)
            left = min((words - known for words in _readings(bare)), key=len)
            if left:
                found.append(f"{number + 1}: mapped, but {sorted(left)} not stored: {bare}")
    return found + _missing_by_hand(legacy)


def _told_by(row: PlannedRow, stored: dict[str, Row]) -> str:
    """A row, and the titles and names of the rows it points to."""
    ids = [row.fields.get("parent_id"), *texts_of(row.fields, "vendor_ids")]
    ids += texts_of(row.fields, "work_item_ids")
    others = [stored[str(each)] for each in ids if each in stored]
    names = [text_of(other, "title") or text_of(other, "name") for other in others]
    return " ".join([to_json(row.fields), row.created_at or "", *names])


def _owners(legacy: Legacy, whole: ImportPlan) -> dict[int, str]:
    """The row of each line that an entry understood, by the row's own verbatim lines."""
    owners: dict[int, str] = {}
    for entry in legacy.entries:
        lines = tuple(legacy.verbatim(sorted({*entry.lines, *entry.notes})))
        rows = [row for row in whole.rows if row.lines == lines and lines]
        if len(rows) == 1:
            owners |= dict.fromkeys(entry.lines, str(rows[0].fields["id"]))
    return owners


def _readings(line: str) -> list[set[str]]:
    """The words of a line as they stand, and with each date as the moment that it names."""
    bare = re.sub(r"^\s*\d{1,9}[.)]\s", "", line).replace("**", "")
    scan = Scan(bare)
    words: set[str] = set()
    while (when := take_when(scan)) is not None:
        words |= words_of(when.moment[:10])
    return [words_of(bare), words_of(line), words | words_of(scan.text)]


def _claims(line: str) -> set[str]:
    """The number of entries that a heading claims: it is compared, not stored."""
    claims = line.startswith("#") and re.search(r"[(\[]\d+|\d total", line)
    return words_of(line) if claims else set()


def _notes(stored: dict[str, Row]) -> set[str]:
    notes: set[str] = set()
    for fields in stored.values():
        metadata: Value = fields.get("metadata")
        notes |= set(texts_of(metadata, "legacy_note")) if isinstance(metadata, dict) else set()
        notes |= set(text_of(fields, "description").split("\n"))
    return notes


def _missing_by_hand(legacy: Legacy) -> list[str]:
    """Lines by hand that the report does not show byte for byte, in their order."""
    report = fill(legacy.layout, {})
    place = 0
    missing: list[str] = []
    for line, fate in zip(legacy.lines, legacy.fates, strict=True):
        if fate is Fate.SECTION:
            at = report.find(line, place)
            if at < 0:
                missing.append(f"not in the report: {line!r}")
            else:
                place = at + len(line)
    return missing
