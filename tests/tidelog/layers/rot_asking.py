"""Asking a project with a rotten page everything, and judging what it says."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from localstore.errors import TidelogError
from localstore.values import Row, text_of
from mcp_server.tools import TOOLSETS
from tests.tidelog.layers.breaking import PAGE, Watch, setting_of
from tests.tidelog.layers.rotting import Asked, Lived, Rotten, put
from tidelog.layers.chain import Chain
from tidelog.layers.composing import layered
from tidelog.layers.copies import Copy, Layer, Source
from tidelog.layers.from_git import FromGit
from tidelog.layers.local import LocalStore
from tidelog.opening import Setting
from tidelog.wiring import open_store

VOLATILE = ("as_of", "token", "source", "warning", "commit")
"""What differs between two answers that say the same."""


class Asker:
    """Asks a project everything, as its server would, whatever its store's file holds."""

    def __init__(self, lived: Lived, setting: Setting, chain: Chain) -> None:
        self._lived = lived
        self._setting = setting
        self._chain = chain
        self._expected: list[Answer] = []
        self._below: list[Answer] = []

    async def learn(self) -> None:
        """Ask the sound store, and then what stands in for a store that is gone."""
        self._expected = await self._answers(self._lived.sound)
        self._below = await self._answers(b"")

    async def verdict(self, rot: Rotten) -> tuple[str, list[str]]:
        """What became of an answer for the worse: `silent` when one is wrong and does not say so;
        else `told` when one came from below, or was refused; else `none`. And which those are."""
        start = (rot.page - 1) * PAGE
        content = self._lived.sound[:start] + rot.content + self._lived.sound[start + PAGE :]
        answers = await self._answers(content)
        silent, told = [], []
        for asked, answer, sound, below in zip(
            self._lived.questions, answers, self._expected, self._below, strict=True
        ):
            name = f"{asked.tool} {asked.arguments}"
            if answer.source == "local":
                if answer.said != sound.said and not answer.warned:
                    silent.append(name)
                elif answer.warned:
                    told.append(name)
            elif answer.said != below.said:
                silent.append(f"{name} from {answer.source}")
            else:
                told.append(name)
        return ("silent", silent) if silent else ("told", told) if told else ("none", [])

    async def _answers(self, content: bytes) -> list["Answer"]:
        place, settings = self._setting.place, self._setting.settings.values
        put(place.store, content)
        local = LocalStore(self._setting, lambda: open_store(place, settings), Watch())
        self._chain._local = local
        try:
            return [await _answer(self._chain, asked) for asked in self._lived.questions]
        finally:
            await local.close()


@dataclass(frozen=True, slots=True)
class Answer:
    """What was said, from where, and whether with a warning."""

    said: Row
    source: str
    warned: bool


@asynccontextmanager
async def asking(lived: Lived) -> AsyncIterator[Asker]:
    """Someone who has learnt what the sound answers are."""
    setting = setting_of(lived.kept)
    async with layered(setting, monotonic=Watch()) as chain:
        [git] = [each for each in chain._lower._layers if each.source.name == FromGit.name]
        chain._lower._layers = [Layer(_Once(git.source), None)]
        asker = Asker(lived, setting, chain)
        await asker.learn()
        yield asker
        await git.close()


class _Once:
    """The snapshots, which nobody adds to here: they are looked at once."""

    name, title = FromGit.name, FromGit.title

    def __init__(self, source: Source) -> None:
        self._source = source
        self._copy: Copy | None = None

    async def refresh(self) -> Copy:
        """The copy of the newest commit."""
        self._copy = self._copy or await self._source.refresh()
        return self._copy

    async def close(self) -> None:
        """Let go of the repository."""
        await self._source.close()


_CALLS = {spec.name: spec.answer for toolset in TOOLSETS.values() for spec in toolset.specs}


async def _answer(chain: Chain, asked: Asked) -> Answer:
    call = _CALLS[asked.tool]
    try:
        row, told = await chain.read(lambda store: call(store, asked.arguments, "ada"))
    except TidelogError as error:
        return Answer({"error": error.to_row()}, "error", warned=True)
    row = row | told
    said: Row = {name: value for name, value in row.items() if name not in VOLATILE}
    return Answer(said, text_of(row, "source") or "local", "warning" in row)
