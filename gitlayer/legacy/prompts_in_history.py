"""Session prompts that a repository holds, or held once: the newest version of each path."""

import re
from pathlib import Path

from gitlayer.running import GitRunner

FOLDERS = ("session-prompts", "prompts")
LARGEST = 1_000_000
"""Bytes; a larger file is no prompt."""

_NOTHING = re.compile(r"0+")


def prompts_in_history(folder: Path) -> dict[str, bytes | None]:
    """Every markdown file that stood in a folder of prompts in any commit of any branch, by path;
    None for one that is too large. What a later commit deleted is among them.

    Only reads; neither the index nor the working tree nor any hook or configuration is looked at.

    Raises:
        Unavailable: git is missing, or `folder` is in no repository.
    """
    git = GitRunner(folder, {})
    blobs = _newest_blobs(git)
    found: dict[str, bytes | None] = {}
    for path, blob in sorted(blobs.items()):
        size = int(git.run("cat-file", "-s", blob))
        found[path] = _content(git, blob, size) if size <= LARGEST else None
    return found


def _newest_blobs(git: GitRunner) -> dict[str, str]:
    places = [f":(top,glob)**/{name}/**/*.md" for name in FOLDERS]
    options = ("--raw", "-z", "-m", "--no-renames", "--no-abbrev", "--no-color", "--no-ext-diff")
    listed = git.run("log", "--all", *options, "--date-order", "--format=", "--", *places)
    parts = listed.decode(errors="surrogateescape").split("\0")
    blobs: dict[str, str] = {}
    for about, path in zip(parts[::2], parts[1::2], strict=False):
        blob = about.split()[3]
        if path not in blobs and not _NOTHING.fullmatch(blob):
            blobs[path] = blob
    return blobs


def _content(git: GitRunner, blob: str, size: int) -> bytes:
    """A blob, byte for byte: the runner drops a last line end."""
    content = git.run("cat-file", "blob", blob)
    return content if len(content) == size else content + b"\n"
