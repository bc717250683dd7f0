"""What a shell is told when somebody presses Tab behind `tidelog`.

argcomplete knows the shells and reads the words and flags from the parser; what the values may be
is told here, by what the help calls them.
"""

import argparse
import os
from pathlib import Path

from argcomplete.completers import BaseCompleter, DirectoriesCompleter, FilesCompleter
from argcomplete.finders import CompletionFinder
from argcomplete.shell_integration import shellcode

from localstore.suggesting import ARCHIVED, CONFLICTS, ROWS, refs_like
from tidelog.arguments import TOOLSETS, Arguments, build_parser
from tidelog.discovery import find_place
from tidelog.screen import say

_AT_MOST = 50


def answer_the_shell() -> None:
    """Write the completions of the command line in COMP_LINE and end the process.

    Ends it with 1 and writes nothing when no shell asks as argcomplete's scripts do.
    """
    CompletionFinder()(
        build_parser(),
        always_complete_options="long",
        validator=_begins,
        default_completer=_Values(),
    )


async def completion(arguments: Arguments) -> int:
    """`tidelog completion`: print the script for a shell."""
    script: str = shellcode(["tidelog"], use_defaults=False, shell=arguments.action)
    say(script.strip())
    return 0


class _Values(BaseCompleter):
    def __call__(
        self,
        *,
        prefix: str,
        action: argparse.Action,
        parser: argparse.ArgumentParser,
        parsed_args: argparse.Namespace,
    ) -> dict[str, str] | list[str]:
        """What may stand where the help has this word; with what it is, where that helps."""
        del parser
        match action.metavar:
            case "KEY" | "REF":
                return _refs(prefix, parsed_args)
            case "A,B":
                return _one_more(prefix)
            case "TARGET":
                from tidelog.targets.known import TARGETS

                return {name: target.summary for name, target in TARGETS.items()}
            case "FOLDER" | "DIR" | "REPO":
                return list(DirectoriesCompleter()(prefix))
            case "FILE":
                return list(FilesCompleter()(prefix))
            case _:
                return []


def _refs(prefix: str, words: argparse.Namespace) -> dict[str, str]:
    """Refs of the store here, each with its row's name; nothing where there is no store."""
    from tidelog.views.lines import clean  # twice as long to load as all that a flag needs

    home = getattr(words, "home", None) or os.environ.get("TIDELOG_HOME")
    place = find_place(Path.cwd(), home=Path(home) if home else None)
    tables = {"conflicts": CONFLICTS, "archive": ARCHIVED}.get(words.command, ROWS)
    found = refs_like(place.store, prefix, tables, _AT_MOST) if place else {}
    return {ref: clean(name) for ref, name in found.items()}


def _one_more(prefix: str) -> list[str]:
    """A list with a comma between, one toolset longer."""
    before, comma, _ = prefix.rpartition(",")
    return [f"{before}{comma}{each}" for each in TOOLSETS if each not in before.split(",")]


def _begins(completion: str, prefix: str) -> bool:
    """Refs are taken in any case, so they are completed in any case."""
    return completion.lower().startswith(prefix.lower())
