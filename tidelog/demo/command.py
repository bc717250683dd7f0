"""`tidelog demo`: real MCP clients work for an afternoon on a scratch store, then on two."""

import asyncio
import shlex
import shutil
import signal
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from mcp.shared.exceptions import MCPError
from rich.text import Text

from localstore.errors import TidelogError
from syncd.embedded import EmbeddedTrouble
from tidelog.arguments import Arguments
from tidelog.beginning import make_store
from tidelog.demo import beginning, evening, night, working
from tidelog.demo.afternoon import Afternoon
from tidelog.demo.clients import Assistant, Timings, UnexpectedAnswerError, assistant
from tidelog.demo.evening import Evening
from tidelog.demo.night import Laptop, Night, second_laptop
from tidelog.demo.running import Line
from tidelog.demo.scratch_hub import scratch_hub
from tidelog.demo.script import PROJECT
from tidelog.discovery import FOLDER, Found, Place
from tidelog.reads import surroundings
from tidelog.screen import Screen
from tidelog.settings import Settings
from tidelog.views.lines import FULL_WIDTH, grid, heading, said, wrapped
from tidelog.views.status import status_lines
from tidelog.wiring import now, open_store

CHAPTERS: tuple[tuple[str, Callable[[Afternoon], Awaitable[None]]], ...] = (
    ("Forty-five suppliers", beginning.vendors),
    ("What is done is put away", beginning.last_spring),
    ("The plan", beginning.planning),
    ("Who does what", working.claiming),
    ("Two hands on one task", working.stale_update),
    ("A lunch break", working.lunch),
    ("Coming back", working.coming_back),
    ("A release", working.deployment),
    ("Finding things again", working.searching),
)
"""The chapters of the afternoon, in their order."""
_INDENT = 3
_QUOTE_INDENT = 5


async def demo(arguments: Arguments) -> int:
    """`tidelog demo`: tell the story; return 0 only if everything in it came out as it says."""
    screen = Screen()
    folder = Path(tempfile.mkdtemp(prefix="tidelog-demo-"))
    told = _cancelled_by(signal.SIGTERM, signal.SIGHUP)
    try:
        return await _play(screen, folder, keep=arguments.keep)
    except asyncio.CancelledError:
        if told:
            return 128 + told[0]
        raise
    finally:
        if not arguments.keep:
            shutil.rmtree(folder)


def _cancelled_by(*numbers: signal.Signals) -> list[int]:
    """Let these signals end the story as Ctrl-C does, for a hub must not outlive it. The signals
    that came."""
    story, told = asyncio.current_task(), list[int]()

    def end(number: int) -> None:
        told.append(number)
        if story is not None:
            story.cancel()

    for number in numbers:
        asyncio.get_running_loop().add_signal_handler(number, end, number)
    return told


async def _play(screen: Screen, folder: Path, *, keep: bool) -> int:
    place = Place(folder / PROJECT / FOLDER, Found.NEW)
    place.project_folder.mkdir()
    settings = Settings.model_construct()
    await make_store(place, settings, PROJECT)
    timings = Timings()
    told = partial(_tell, screen)
    screen.show([heading("An afternoon with tidelog"), Text("")])
    told(
        "A scratch store, and two assistants on it. Each is a real MCP client that starts its own "
        "`tidelog serve` over stdio, as an assistant on your laptop would.",
        indent=0,
    )
    try:
        async with (
            assistant("claude-code", "legacy", place.home, timings) as claude,
            assistant("copilot", "auto", place.home, timings) as copilot,
        ):
            day = Afternoon(claude, copilot, told, partial(_quote, screen))
            _introduce(told, claude, copilot)
            for number, (title, chapter) in enumerate(CHAPTERS, 1):
                screen.show(_chapter(number, title))
                await chapter(day)
        await _spend_evening(screen, day, place, settings)
        await _show_status(screen, place, settings)
        await _spend_night(screen, day, place, timings)
    except (UnexpectedAnswerError, MCPError, TidelogError) as failure:
        screen.show([Text(""), said(f"The story ends here: {failure}", "bold red")])
        screen.show(_last_words(place.project_folder))
        return 1
    screen.show([Text(""), *timing_lines(timings, screen.width)])
    screen.show([Text(""), *_verdict(day.broken_claims, place, keep=keep, width=screen.width)])
    return 1 if day.broken_claims else 0


async def _spend_evening(screen: Screen, day: Afternoon, place: Place, settings: Settings) -> None:
    """The chapters after both assistants have left; those about git only where there is one."""
    spent = Evening(
        place,
        settings,
        story=day.ref("t7"),
        tell=day.tell,
        quote=day.quote,
        listing=partial(_list, screen),
        broken_claims=day.broken_claims,
    )
    chapters = evening.CHAPTERS if shutil.which("git") else evening.CHAPTERS[:1]
    for number, (title, chapter) in enumerate(chapters, len(CHAPTERS) + 1):
        screen.show(_chapter(number, title))
        await chapter(spent)
    if len(chapters) < len(evening.CHAPTERS):
        day.tell("git is not installed here: what it says, and what it brings back, is left out.")


async def _spend_night(screen: Screen, day: Afternoon, place: Place, timings: Timings) -> None:
    """The chapters of two laptops and a hub; only where a hub can run on this machine."""
    scratch = place.project_folder.parent
    first = len(CHAPTERS) + len(evening.CHAPTERS) + 1
    with ExitStack() as stack:
        try:
            variables = stack.enter_context(scratch_hub(scratch))
        except EmbeddedTrouble as trouble:
            screen.show(_chapter(first, night.CHAPTERS[0][0]))
            day.tell(f"Two laptops and a hub are left out: {trouble.message}. {trouble.hint}.")
            return
        spent = Night(
            ann=Laptop("Ann", place),
            ben=second_laptop(scratch),
            variables=variables,
            edited=day.ref("t5"),
            claimed=day.ref("t10"),
            timings=timings,
            tell=day.tell,
            quote=day.quote,
            typed=partial(_typed, screen),
            broken_claims=day.broken_claims,
        )
        for number, (title, chapter) in enumerate(night.CHAPTERS, first):
            screen.show(_chapter(number, title))
            await chapter(spent)


def _typed(screen: Screen, commands: Sequence[tuple[str, str]]) -> None:
    """Commands as they are typed, each with what it printed, as it was printed."""
    for command, printed in commands:
        lines = [Text(line, "yellow") for line in printed.rstrip().splitlines()]
        screen.show([Text(""), said(f"$ {command}", "bold"), *lines])
    screen.show([Text("")])


def _chapter(number: int, title: str) -> list[Text]:
    return [Text(""), Text.assemble((f"{number}  ", "dim"), (title, "bold"))]


def _list(screen: Screen, lines: Sequence[Line]) -> None:
    """Commits, as `tidelog log` lays out changes."""
    names = max((len(line.who) for line in lines), default=0)
    for line in lines:
        first = f"{' ' * _QUOTE_INDENT}{line.time}  {line.who.ljust(names)}  "
        width = min(screen.width, FULL_WIDTH)
        said_lines = wrapped(line.subject, width=width, indent=len(first), first=first)
        said_lines[0].stylize("dim", 0, len(first))
        screen.show(said_lines)


def _last_words(folder: Path) -> list[Text]:
    """The last line each server wrote on its standard error."""
    logs = {log.stem: log.read_text(errors="replace").split("\n") for log in folder.glob("*.log")}
    last = {name: [line for line in lines if line.strip()][-1:] for name, lines in logs.items()}
    return [said(f"{name}: {lines[0]}") for name, lines in last.items() if lines]


def _introduce(tell: Callable[..., None], claude: Assistant, copilot: Assistant) -> None:
    tell(
        f"{claude.name} opens with the {claude.protocol} handshake, {copilot.name} speaks "
        f"{copilot.protocol}. Both are offered {claude.tools} tools.",
        indent=0,
    )


def _tell(screen: Screen, text: str, *, indent: int = _INDENT) -> None:
    screen.show(wrapped(text, width=min(screen.width, FULL_WIDTH), indent=indent))


def _quote(screen: Screen, text: str) -> None:
    width = min(screen.width, FULL_WIDTH)
    screen.show(wrapped(text, width=width, indent=_QUOTE_INDENT, style="yellow"))


async def _show_status(screen: Screen, place: Place, settings: Settings) -> None:
    screen.show([Text(""), heading("In the evening, `tidelog status` says:"), Text("")])
    async with await open_store(place, settings) as store:
        row = await store.status()
        around = await surroundings(store, row)
    screen.show(status_lines(row, around, now=now(), width=screen.width))


def timing_lines(timings: Timings, width: int) -> list[Text]:
    """The milliseconds each kind of call took its client, as columns."""
    rows = [[said(""), said("calls", "dim"), said("median", "dim"), said("slowest", "dim")]]
    rows += [
        [said(kind), said(f"{count:,}"), said(f"{middle:.1f}"), said(f"{slowest:.1f}")]
        for kind, count, middle, slowest in timings.rows()
        if count > 1
    ]
    note = "milliseconds over stdio, as the client saw them; what was written is on disk"
    return [
        *wrapped(f"What it took, in {note}", width=width, indent=0),
        *grid(rows, width=width, flexible=0, right=(1, 2, 3)),
    ]


def _verdict(broken_claims: Sequence[str], place: Place, *, keep: bool, width: int) -> list[Text]:
    if broken_claims:
        lines = [said("It did not come out as told:", "bold red")]
        for claim in broken_claims:
            lines += wrapped(f"not true: {claim}", width=width, indent=2)
        return lines
    last = [said("Everything came out as told.", "green")]
    if keep:
        home = shlex.quote(str(place.home))
        return [*last, said(f"The store is kept: tidelog status --home {home}")]
    return [*last, said("The scratch store is gone. Begin your own with `tidelog init`.")]
