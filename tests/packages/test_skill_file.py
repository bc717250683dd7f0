"""The skill as one file for Claude Code."""

import re
from pathlib import Path

import pytest

from localstore.errors import InvalidArguments
from tests.packages.asking import asked
from tests.tidelog.running import tidelog
from tests.tidy_source import ROOT
from tidelog.packaged import SKILL_FILES
from tidelog.targets.skill_file import SkillFile, whole_skill
from tidelog.targets.target import Scope


def test_nothing_is_left_out() -> None:
    """It holds every line of the skill and its references, and leads to no other file."""
    whole = whole_skill()
    titles = set(re.findall(r"^#+ (.*)$", whole, re.MULTILINE))
    for name in SKILL_FILES:
        text = (ROOT / "templates" / "skill" / name).read_text(encoding="utf-8")
        lines = [line for line in text.splitlines() if "](references/" not in line]
        assert [line for line in lines if line.lstrip("#") not in whole] == []
    assert "](" not in whole
    assert set(re.findall(r'"([^"\n]+)" below', whole)) <= titles


@pytest.mark.parametrize("scope", Scope)
def test_command_writes_and_takes_back(tmp_path: Path, scope: Scope) -> None:
    """Both scopes have their file, which goes as it came; CLAUDE_CONFIG_DIR is honoured."""
    (tmp_path / ".git").mkdir()
    settings = {"HOME": str(tmp_path / "home"), "CLAUDE_CONFIG_DIR": str(tmp_path / "claude")}
    words = ["claude-skill", "--scope", scope.value]
    done = tidelog("install", *words, cwd=tmp_path, **settings)
    assert done.code == 0, done.err
    folder = tmp_path / (".claude" if scope is Scope.PROJECT else "claude")
    file = folder / "skills" / "tidelog" / "SKILL.md"
    assert file.read_text(encoding="utf-8") == whole_skill()
    assert tidelog("uninstall", *words, cwd=tmp_path, **settings).code == 0
    assert not file.exists()


def test_somebody_elses_skill_is_left(tmp_path: Path) -> None:
    """A file that is there already and not ours is neither replaced nor removed."""
    for verb in (SkillFile().installed, SkillFile().removed):
        with pytest.raises(InvalidArguments, match="was not written by tidelog"):
            verb("---\nname: other\n---\n", asked(tmp_path))
