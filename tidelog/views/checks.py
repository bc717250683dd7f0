"""What the doctor found."""

from collections.abc import Sequence

from rich.text import Text

from localstore.values import Row, Value, text_of
from tidelog.views.lines import heading, said, wrapped

_NAME_CELLS = 21
_SETTING_CELLS = 24


def check_lines(checks: Sequence[Row], settings: Row, *, width: int) -> list[Text]:
    """Lay out checks, each failed one with its repair, then the settings in force."""
    lines: list[Text] = []
    for check in checks:
        ok = check.get("ok") is True
        mark = "ok    " if ok else "FAIL  "
        first = mark + text_of(check, "check")
        found = wrapped(text_of(check, "found"), width=width, indent=_NAME_CELLS, first=first)
        found[0].stylize("green" if ok else "bold red", 0, len(mark))
        lines += found
        if text_of(check, "repair"):
            repair = text_of(check, "repair")
            lines += wrapped(repair, width=width, indent=_NAME_CELLS, first="      repair")
    if settings:
        lines += [Text(""), heading("Settings"), *_settings(settings, width)]
    failed = sum(check.get("ok") is not True for check in checks)
    verdict = said(f"{failed} of {len(checks)} checks failed.", "bold red")
    return [*lines, Text(""), verdict if failed else said("All is well.", "green")]


def repair_lines(repaired: Sequence[Row], *, width: int) -> list[Text]:
    """Lay out what was repaired, each in a line of what and how."""
    if not repaired:
        return [said("Nothing had to be repaired, or could be without a loss."), Text("")]
    lines: list[Text] = [heading("Repaired", len(repaired))]
    for each in repaired:
        first = "  " + text_of(each, "repair")
        lines += wrapped(text_of(each, "done"), width=width, indent=_NAME_CELLS, first=first)
    return [*lines, Text("")]


def _settings(settings: Row, width: int) -> list[Text]:
    lines: list[Text] = []
    for name, setting in settings.items():
        if isinstance(setting, dict):
            value = setting.get("value")
            shown = "-" if value is None else _yes_or_no(value)
            origin = text_of(setting, "from")
            told = shown + ("" if origin == "default" else f"  ({origin})")
            lines += wrapped(told, width=width, indent=_SETTING_CELLS, first=f"  {name}")
    return lines


def _yes_or_no(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)
