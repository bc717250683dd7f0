"""What stands on the command line: its pieces, and a parser whose errors are one line."""

import argparse
import difflib
import re
from typing import NamedTuple, NoReturn

from tidelog import __version__
from tidelog.summaries import HELP, SUMMARIES

_WIDTH = 78


class Address(NamedTuple):
    """Where to listen; port 0 is any free one."""

    host: str
    port: int

    @property
    def for_url(self) -> str:
        """The host as URLs write it."""
        return f"[{self.host}]" if ":" in self.host else self.host


def address(text: str) -> Address:
    """HOST:PORT, the host of IPv6 in brackets. Raises: ArgumentTypeError: it is not."""
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isascii() or not port.isdigit() or int(port) > 65_535:
        raise argparse.ArgumentTypeError(f"must be HOST:PORT, like 127.0.0.1:8765, not {text!r}")
    return Address(host.removeprefix("[").removesuffix("]"), int(port))


def count(text: str) -> int:
    """A whole number from 1. Raises: ArgumentTypeError: it is not."""
    return _whole_number(text, at_least=1)


def days(text: str) -> int:
    """A whole number from 0. Raises: ArgumentTypeError: it is not."""
    return _whole_number(text, at_least=0)


def port(text: str) -> int:
    """A TCP port, 0 for any free one. Raises: ArgumentTypeError: it is not."""
    number = _whole_number(text, at_least=0)
    if number > 65_535:
        raise argparse.ArgumentTypeError(f"must be a port, at most 65535, not {text!r}")
    return number


def _whole_number(text: str, *, at_least: int) -> int:
    if not (text.isascii() and text.isdigit()) or not at_least <= int(text[:9]) == int(text):
        raise argparse.ArgumentTypeError(f"must be a whole number from {at_least}, not {text!r}")
    return int(text)


class CommandParser(argparse.ArgumentParser):
    """argparse, but an error is one line that says where help is, and help has examples."""

    def format_help(self) -> str:
        """What argparse knows, then what to know beside that, and examples."""
        import textwrap  # neither is loaded for anything but help

        from tidelog.guidance import GUIDES

        command = self.prog.partition(" ")[2]
        if command not in GUIDES:
            return super().format_help()
        guide = GUIDES[command]
        examples = "".join(f"  tidelog {each}\n" for each in guide.examples)
        told = textwrap.fill(guide.text, _WIDTH, break_on_hyphens=False)
        return f"{super().format_help()}\n{told}\n\nexamples:\n{examples}"

    def error(self, message: str) -> NoReturn:
        """End the process with 2 and that line."""
        self.exit(2, f"tidelog: {message}; see `{self.prog} --help`\n")


class Parser(CommandParser):
    """The whole command line, whose help is a page about the commands."""

    def format_help(self) -> str:
        """The page."""
        commands = "".join(f"  {name:12}{summary}\n" for name, summary in SUMMARIES.items())
        return HELP.format(version=__version__, commands=commands)

    def error(self, message: str) -> NoReturn:
        """The same; a command that is nearly one of ours is guessed."""
        unknown = re.search(r"invalid choice: '(.*?)' \(", message)
        if unknown:
            near = difflib.get_close_matches(unknown[1], SUMMARIES, n=1)
            message = f"there is no command {unknown[1]!r}" + (
                f"; did you mean `tidelog {near[0]}`?" if near else ""
            )
        super().error(message)
