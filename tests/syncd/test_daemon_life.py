"""A daemon's beginning and its end, and what it does while there is no hub for it."""

from pathlib import Path

import pytest

from localstore.values import text_of
from syncd import daemon as daemon_module
from syncd.linking import HubAddress
from tests.syncd.exchange_board import ADDRESS, PROJECT, Board, desk, settled, until

pytestmark = pytest.mark.anyio


async def test_begun_offline(tmp_path: Path) -> None:
    """A daemon that begins where there is no network begins to sync when there is one: however
    long it means to wait, a write makes it try."""
    board = Board()
    board.up = False
    async with desk(board, tmp_path / "store.db", backoff_seconds=3600) as alone:
        await until(lambda: alone.said)
        board.bring_back()
        await alone.write("Fix the parser")
        await until(lambda: board.titles() == ["Fix the parser"])
        await until(lambda: alone.has_said(2))
        assert len(alone.said) == 2


async def test_joined_while_it_runs(tmp_path: Path) -> None:
    """A store that joins a project while its daemon runs is synced from then on; until then it is
    said what is missing."""
    board = Board()
    async with desk(board, tmp_path / "store.db", joined=False) as alone:
        await alone.write("Fix the parser")
        await until(lambda: alone.said)
        assert "tidelog hub join" in alone.said[0]
        assert board.calls["connect"] == 0
        board.hub.open_project(PROJECT)
        await alone.store.join(PROJECT)
        alone.daemon.ring()
        await until(lambda: board.titles() == ["Fix the parser"])


async def test_no_hub_and_then_one(tmp_path: Path) -> None:
    """Without a hub nothing is asked and nothing said; one that is set while it runs is found."""
    board = Board()
    async with desk(board, tmp_path / "store.db") as alone:
        alone.addresses.append(None)
        alone.daemon.ring(daemon_module.Wake.TIMER)
        await until(lambda: alone.is_in("none"))
        calls = board.calls.copy()
        await alone.write("Fix the parser")
        await alone.daemon.settled()
        assert board.calls == calls
        alone.addresses.append(HubAddress("other/tidelog", ADDRESS.secret))
        alone.daemon.ring()
        await until(lambda: board.titles() == ["Fix the parser"])
        await settled(alone)
        assert text_of(await alone.store.sync_status(), "hub") == "other/tidelog"
        assert alone.said == []


async def test_last_words(tmp_path: Path) -> None:
    """What was written just before the end is sent before it ends, and the store says that nobody
    is at it any more."""
    board = Board()
    async with desk(board, tmp_path / "store.db") as alone:
        await settled(alone)
        await alone.stop()
        await alone.write("Fix the parser")
        await alone.daemon.finish()
        assert board.titles() == ["Fix the parser"]
        assert text_of(await alone.store.sync_status(), "state") == "stopped"
        assert board.listeners == []


async def test_the_end_without_a_hub(tmp_path: Path) -> None:
    """A daemon that is offline does not wait for the hub in order to end."""
    board = Board()
    async with desk(board, tmp_path / "store.db") as alone:
        await settled(alone)
        board.take_away()
        await alone.write("Fix the parser")
        await until(lambda: alone.is_in("offline"))
        await alone.stop()
        calls = board.calls.copy()
        await alone.daemon.finish()
        assert board.calls == calls


async def test_an_address_shows_no_password() -> None:
    """An address that is printed, in a traceback for one, shows nothing secret."""
    assert "secret" not in repr(ADDRESS)
