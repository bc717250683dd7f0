"""Files in the folder of the snapshots that git is not shown."""

from pathlib import Path

JOURNAL_NOTE = "JOURNAL.md"
"""What the journal holds, for people to read."""


def hide(exclude: Path, *patterns: str) -> None:
    """Add patterns to a repository's own exclude file; those that stand there are left alone."""
    told = exclude.read_text(encoding="utf-8", errors="surrogateescape") if exclude.exists() else ""
    missing = [pattern for pattern in patterns if pattern not in told.splitlines()]
    if missing:
        separator = "" if not told or told.endswith("\n") else "\n"
        lines = "".join(f"{pattern}\n" for pattern in missing)
        exclude.write_text(f"{told}{separator}{lines}", encoding="utf-8", errors="surrogateescape")
