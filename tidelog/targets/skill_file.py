"""The skill for Claude Code as one file, for those who have the server but not the plugin."""

import re
from collections.abc import Sequence
from pathlib import Path

from tidelog.packaged import SKILL_FILES, packaged_text
from tidelog.targets.target import Asked, Machine, Scope
from tidelog.targets.wholly import expect_ours, expect_plain

FOLDER = Path("skills") / "tidelog" / "SKILL.md"
_OPENING = "---\nname: tidelog\n"


class SkillFile:
    """The skill, as a target; the whole file is ours."""

    name = "claude-skill"
    summary = "Claude Code skill"
    private = False

    def file(self, machine: Machine, scope: Scope) -> Path | None:
        """Where Claude Code looks for skills."""
        if scope is Scope.PROJECT:
            return machine.project / ".claude" / FOLDER
        return machine.folder("CLAUDE_CONFIG_DIR", ".claude") / FOLDER

    def stands(self, text: str) -> bool:
        """Whether it is this skill, of whatever version."""
        return text.startswith(_OPENING)

    def shown(self, asked: Asked) -> str:
        """The whole file."""
        return self.installed(None, asked)

    def installed(self, before: str | None, asked: Asked) -> str:
        """The skill as this version has it, whatever was changed in an older one."""
        self._expect_fit(before, asked)
        return whole_skill()

    def removed(self, before: str, asked: Asked) -> str | None:
        """Nothing: the file is ours alone."""
        self._expect_fit(before, asked)
        return None

    def next_steps(self, asked: Asked) -> Sequence[str]:
        """When it is taken up."""
        shared = ["Commit it, and all who work here have it."]
        return (
            *(shared if asked.scope is Scope.PROJECT else []),
            "Sessions that begin from now on know when and how to use tidelog.",
            "The plugin brings the same: whoever has that needs no skill beside it.",
            "To check: /skills in Claude Code",
        )

    def last_steps(self, asked: Asked) -> Sequence[str]:
        """When it is gone."""
        del asked
        return ("A session that runs keeps it until it ends.",)

    def _expect_fit(self, before: str | None, asked: Asked) -> None:
        expect_plain(asked, self.name)
        if before is not None:
            file = self.file(asked.machine, asked.scope)
            shown = self.name if file is None else asked.machine.shown(file)
            expect_ours(shown, is_ours=self.stands(before))


def whole_skill() -> str:
    """The skill with its references as sections of one text."""
    main, *others = (packaged_text(f"skill/{name}") for name in SKILL_FILES)
    for name, text in zip(SKILL_FILES[1:], others, strict=True):
        title = text.partition("\n")[0].removeprefix("# ")
        main = main.replace(f"[{name}]({name})", f'"{title}" below')
    demoted = (re.sub(r"^#", "##", text, flags=re.MULTILINE) for text in others)
    return "\n".join((main, *demoted))
