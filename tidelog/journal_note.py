"""The journal for people: a markdown file beside the snapshots that says what waits, and for what.

It is nobody's row: git does not see it, and no snapshot takes it for an edit.
"""

import os
from pathlib import Path

from localstore.values import Row, mapping_of, rows_of, text_of
from tidelog.discovery import STATUS_FOLDER

_INTRODUCTION = """\
# Changes that wait

The store could not take these. They are safe in `journal.jsonl`, and come into the store by
themselves when it is back; then this file goes. `tidelog doctor` says what is wrong. tidelog writes
this file: what is written into it by hand is lost.

"""


def note_changes(home: Path, told: Row) -> None:
    """Add what the journal has just taken. Raises: OSError."""
    from gitlayer.markdown import escape
    from gitlayer.subject import subject
    from gitlayer.unseen import JOURNAL_NOTE

    folder = home / STATUS_FOLDER
    file = (folder if folder.is_dir() else home) / JOURNAL_NOTE
    bullets = "".join(
        f"- {text_of(entry, 'changed_at')[:19]}Z {escape(text_of(entry, 'changed_by'))}, "
        f"{escape(text_of(entry, 'ref'))}: {escape(subject(entry))}\n"
        for entry in (mapping_of(change, "entry") for change in rows_of(told, "changes"))
    )
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW
    with os.fdopen(os.open(file, flags, 0o600), "ab") as out:
        begun = out.tell() > 0
        out.write((bullets if begun else _INTRODUCTION + bullets).encode())


def forget_note(home: Path) -> None:
    """Take the file away: nothing waits any more."""
    from gitlayer.unseen import JOURNAL_NOTE

    for folder in (home, home / STATUS_FOLDER):
        try:
            (folder / JOURNAL_NOTE).unlink(missing_ok=True)
        except OSError:
            continue
