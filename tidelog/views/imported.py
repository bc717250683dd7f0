"""What an import came to: the five checks, every line, and what a person should look at."""

from collections.abc import Sequence

from rich.text import Text

from localstore.values import Row, mapping_of, number_of, rows_of, text_of
from tidelog.views.lines import count, grid, heading, more, said, wrapped

_NAMES = {
    "vendor_count": "vendors",
    "deployment_history": "deployments",
    "enhancement_count": "enhancements",
    "session_prompt_count": "session prompts",
    "vendor_metadata": "fields of vendors",
    "work_item_count": "work items",
}
_SHOWN = 20


def import_lines(outcome: Row, *, dry_run: bool, width: int) -> list[Text]:
    """Lay out the outcome of an import."""
    return [
        _verdict(outcome, dry_run=dry_run),
        Text(""),
        *_checks(mapping_of(outcome, "reconciliation"), width),
        Text(""),
        *_account(mapping_of(outcome, "lines"), width),
        *_remarks("Skipped", rows_of(outcome, "skipped"), width),
        *_remarks("To look at", rows_of(outcome, "flagged"), width),
    ]


def _verdict(outcome: Row, *, dry_run: bool) -> Text:
    added, changed = number_of(outcome, "added"), number_of(outcome, "changed")
    if outcome.get("ok") is not True:
        return said(
            "The store would not hold what the file tells; nothing was written.", "bold red"
        )
    if not added and not changed:
        return said("Everything is in the store already; nothing was added.", "green")
    rows = count(added, "row")
    if dry_run:
        return said(f"{rows} would be added; nothing was written.", "bold")
    more_told = f", {count(changed, 'earlier one')} changed" if changed > 1 else ""
    return said(f"{rows} added{more_told}.", "bold green")


def _checks(reconciliation: Row, width: int) -> list[Text]:
    rows = []
    for name in reconciliation:
        check = mapping_of(reconciliation, name)
        match = check.get("match") is True
        rows.append(
            [
                said(_NAMES.get(name, name)),
                said(f"{number_of(check, 'source'):,} in the file"),
                said(f"{number_of(check, 'stored'):,} in the store"),
                said("ok" if match else "MISMATCH", "green" if match else "bold red"),
            ]
        )
    return [heading("Checks"), *grid(rows, width=width, flexible=0, right=(1, 2))]


def _account(lines: Row, width: int) -> list[Text]:
    total = number_of(lines, "total")
    kept = {name: number_of(lines, name) for name in ("mapped", "section", "note")}
    told = (
        f"{kept['mapped']:,} in fields, {kept['section']:,} kept as they are in the report, "
        f"{kept['note']:,} kept as notes"
    )
    return [heading("Lines", total), *wrapped(told, width=width, indent=2)]


def _remarks(name: str, remarks: Sequence[Row], width: int) -> list[Text]:
    if not remarks:
        return []
    lines = [Text(""), heading(name, len(remarks))]
    for remark in remarks[:_SHOWN]:
        place = text_of(remark, "file").rpartition("/")[2]
        where = f"{place}:{number_of(remark, 'line')} " if place else ""
        lines += wrapped(f"{where}{text_of(remark, 'reason')}", width=width, indent=4, first="  -")
    return [*lines, *more(len(remarks) - _SHOWN, "; --json shows all")]
