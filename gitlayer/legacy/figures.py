"""Figures and formats in what is told of a vendor."""

import re

from gitlayer.legacy.entries import Entry
from gitlayer.legacy.scan import Scan
from gitlayer.legacy.wording import NOTHING
from localstore.values import Row, mapping_of, number_of

KNOWN_FORMATS = ("excel", "csv", "pdf", "ocr")
_FORMATS = {"xls": "excel", "xlsx": "excel", "excel": "excel"}
_TESTS = r"\s*(?:unit |golden )?(?:tests?|specs|checks)?\s*(?:passed|passing|pass|green|ok)?\b"
_OF = re.compile(
    rf"(?P<passing>\d{{1,9}})\s*(?:/|of|out of)\s*(?P<total>\d{{1,9}}){_TESTS}", re.IGNORECASE
)
_SKIPPED = re.compile(
    r"(?P<n>\d{1,9})\s*skipped\b|\bskipped\s*[:=]?\s*(?P<m>\d{1,9})", re.IGNORECASE
)
_FAILED = re.compile(r"(?P<n>\d{1,9})\s*(?:tests?\s*)?(?:failed|failing|fail)\b", re.IGNORECASE)
_PASSED = re.compile(r"(?P<n>\d{1,9})\s*(?:tests?\s*)?(?:passed|passing)\b", re.IGNORECASE)
_PERCENT = re.compile(
    r"(?P<n>\d{1,3}(?:\.\d{1,3})?)\s*%\s*(?:of\s+)?(?:tests?\s*)?(?:passed|passing|pass|green)?",
    re.IGNORECASE,
)


def set_formats(entry: Entry, inside: str) -> bool:
    """Read a list of file formats; the usual ones that it does not name are not supported.

    False, with nothing set, when it is no list of formats.
    """
    words = [word.strip(" `*").casefold() for word in re.split(r"[,/;+&]|\band\b|\s\|\s", inside)]
    named = [_FORMATS.get(word, word) for word in words if word not in NOTHING]
    if any(not re.fullmatch(r"\w{2,20}", name) for name in named):
        return False
    support: Row = dict.fromkeys(KNOWN_FORMATS, False)
    entry.told["metadata.format_support"] = support | dict.fromkeys(named, True)
    return True


def read_tests(entry: Entry, scan: Scan) -> None:
    """Take counts, or a percentage, of tests out of `scan`; what does not add up is kept."""
    before = scan.text
    results = dict(mapping_of(entry.told, "metadata.test_results"))
    counts, skipped = scan.take(_OF), scan.take(_SKIPPED)
    percent = scan.take(_PERCENT)
    if percent:
        entry.told["metadata.passing_percent"] = float(percent["n"])
    if counts:
        results |= {"passing": int(counts["passing"]), "total": int(counts["total"])}
    if skipped:
        results["skipped"] = int(skipped["n"] or skipped["m"])
    if not counts and "total" not in results:
        passed, failed = scan.take(_PASSED), scan.take(_FAILED)
        if passed:
            missed = int(failed["n"]) if failed else 0
            results |= {"failed": missed} if failed else {}
            results["passing"] = int(passed["n"])
            results["total"] = int(passed["n"]) + missed + number_of(results, "skipped")
        elif failed:
            scan.text = before
            return
    if not (counts or skipped or "passing" in results):
        return
    if number_of(results, "passing") + number_of(results, "skipped") > number_of(results, "total"):
        if counts:
            told = ", ".join(each.group().strip() for each in (counts, skipped) if each)
            entry.keep("test_results", told, "do not add up")
            entry.told.pop("metadata.test_results", None)
        else:
            scan.text = before
        return
    entry.told["metadata.test_results"] = results
