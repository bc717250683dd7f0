"""Making a store's folder: private from the first moment, and out of git's sight."""

from pathlib import Path

from tidelog.discovery import FOLDER, git_directory

FOLDER_MODE = 0o700
EXCLUDE_LINE = f"{FOLDER}/"


def make_folder(home: Path) -> bool:
    """Make the folder `home`, 0700, and the folders above it; tell whether it was missing.

    A folder that was there already is left as it is.
    """
    home.parent.mkdir(parents=True, exist_ok=True)
    try:
        home.mkdir(mode=FOLDER_MODE)
    except FileExistsError:
        return False
    return True


def hide_from_git(home: Path) -> Path | None:
    """Add the folder's name to the repository's own exclude file, which git never tracks.

    Returns the file when a line was added; None outside a repository, for a folder with another
    name, inside the git directory itself, and when the line stood there already.
    """
    common = git_directory(home.parent)
    if common is None or home.name != FOLDER or home.is_relative_to(common):
        return None
    exclude = common / "info" / "exclude"
    before = _text_of(exclude)
    if EXCLUDE_LINE in (line.strip() for line in before.splitlines()):
        return None
    exclude.parent.mkdir(exist_ok=True)
    separator = "" if not before or before.endswith("\n") else "\n"
    with exclude.open("a", encoding="utf-8") as file:
        file.write(f"{separator}{EXCLUDE_LINE}\n")
    return exclude


def _text_of(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="surrogateescape") if file.exists() else ""
