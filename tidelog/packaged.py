"""The texts that come with tidelog: in its package, or in a checkout in `templates` beside it."""

from importlib.resources import files
from pathlib import Path

SKILL_FILES = (
    "SKILL.md",
    "references/sharing.md",
    "references/trouble.md",
    "references/writing.md",
)
"""The files of the skill, under `skill/`."""


def packaged_text(name: str) -> str:
    """The text `name`, like `skill/SKILL.md`."""
    packaged = files("tidelog") / "templates" / name
    if packaged.is_file():
        return packaged.read_text(encoding="utf-8")
    return (Path(__file__).parent.parent / "templates" / name).read_text(encoding="utf-8")
