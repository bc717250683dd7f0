"""The report in a file of the user's project, for those who set `report_path`."""

from pathlib import Path

from localstore.errors import Unavailable
from localstore.store import Store
from localstore.values import text_of
from tidelog.discovery import Place
from tidelog.screen import note

LAST_REPORT = "report.last"
"""What was written there last, in the store's folder: to see what somebody changed since."""
OVERWRITTEN = "report.overwritten"
"""Lines of people's that stood where the report is written from the store, in the same folder."""


async def put_report(store: Store, place: Place, path: Path) -> None:
    """Bring the report in `path` up to date; what is written there by hand stays, in place.

    Lines that somebody changed in a generated section are written over, and kept, with a word on
    standard error, in the store's folder.

    Raises:
        Unavailable: the file cannot be read or written; it is as it was.
    """
    from gitlayer.report import render_into, render_report

    facts = await store.report_facts()
    before = _read(path)
    fresh = render_report(facts, text_of(facts, "layout"))
    after = fresh if before is None else render_into(before, facts)
    if after == before:
        return
    try:
        if before is not None:
            _keep_overwritten(before, place.home, path)
        _write(place.home / LAST_REPORT, after, 0o600)
        _write(path, after, _mode(path))
    except OSError as failure:
        raise Unavailable(f"{path} cannot be written: {failure.strerror}") from failure


def _keep_overwritten(before: str, home: Path, path: Path) -> None:
    from gitlayer.edits import differences
    from gitlayer.layout import generated_of

    last = _read(home / LAST_REPORT)
    rewritten = differences(generated_of(last), generated_of(before)) if last else ""
    if rewritten:
        kept = home / OVERWRITTEN
        kept.touch(mode=0o600)
        with kept.open("a", encoding="utf-8") as file:
            file.write(rewritten)
        note(f"{path}: lines that are written from the store were edited; they are kept in {kept}")


def _read(path: Path) -> str | None:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return file.read()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as failure:
        raise Unavailable(f"{path} cannot be read: {failure}") from None


def _mode(path: Path) -> int:
    """The permissions to keep, or those of a file that is anybody's to read."""
    return path.stat().st_mode & 0o777 if path.exists() else 0o644


def _write(path: Path, text: str, mode: int) -> None:
    """Replace the file, or the one that a symbolic link leads to, in one step."""
    target = path.resolve()
    fresh = target.with_name(target.name + ".tidelog")
    fresh.write_bytes(text.encode())
    fresh.chmod(mode)
    fresh.replace(target)
