"""`tidelog doctor`: is everything as it should be, and if not, what helps."""

from pathlib import Path

from localstore.errors import InvalidArguments
from localstore.values import Row, Value
from tidelog.arguments import Arguments
from tidelog.discovery import HUB_FILE
from tidelog.examining import layer_checks, machine_checks
from tidelog.journal import journal_of
from tidelog.journal_checks import journal_check
from tidelog.opening import Setting, locate
from tidelog.progress import waiting
from tidelog.screen import Screen, show_json
from tidelog.settings import LoadedSettings, Settings
from tidelog.snapshot_checks import told
from tidelog.views.checks import check_lines, repair_lines


async def doctor(arguments: Arguments) -> int:
    """`tidelog doctor [--repair]`: make every check, print what was found; 1 when one failed.

    With --repair what can be repaired without losing anything is, first.

    Raises:
        Busy: with --repair, somebody else has the store; nothing was changed. Unavailable: with
            --repair, the folder cannot be written.
    """
    checks = machine_checks()
    settings: Row = {}
    repaired: list[Row] = []
    try:
        setting = locate(arguments, Path.cwd())
    except InvalidArguments as error:
        checks.append(told("settings", False, error.message, error.hint or "correct it there"))
    else:
        settings = in_force(setting.settings) | _kept_hub(setting)
        if arguments.repair:
            from tidelog.repairing import repair

            repaired = await repair(setting)
        with waiting("Looking at every layer"):
            checks += [*await layer_checks(setting), journal_check(journal_of(setting.place))]
    failed = any(check["ok"] is not True for check in checks)
    rows: list[Value] = [*checks]
    done: list[Value] = [*repaired]
    if arguments.json:
        told_repairs: Row = {"repaired": done} if arguments.repair else {}
        show_json({"ok": not failed, **told_repairs, "checks": rows, "settings": settings})
        return 1 if failed else 0
    screen = Screen()
    if arguments.repair:
        screen.show(repair_lines(repaired, width=screen.width))
        settings = {}
    screen.show(check_lines(checks, settings, width=screen.width))
    return 1 if failed else 0


def in_force(loaded: LoadedSettings) -> Row:
    """The settings in force and where each is from; of a secret only whether it is set."""
    values: Row = {}
    for name in Settings.model_fields:
        value = getattr(loaded.values, name)
        if name in ("http_token", "hub"):
            shown: Value = "set" if value else None
        elif isinstance(value, tuple):
            shown = ", ".join(value)
        else:
            shown = str(value) if isinstance(value, Path) else value
        values[name] = {"value": shown, "from": loaded.origins[name]}
    return values


def _kept_hub(setting: Setting) -> Row:
    """The hub's address in the store's folder, where nothing else names one."""
    file = setting.place.home / HUB_FILE
    if setting.settings.values.hub is not None or not file.exists():
        return {}
    return {"hub": {"value": "set", "from": str(file)}}
