"""A moment has one meaning wherever it is written down: there are none without a zone."""

import shutil
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from localstore.values import format_moment, parse_moment
from syncd.postgres import PostgresHub
from syncd.wire import batch_columns
from tests.localstore.world import World
from tests.postgres import run_as_owner
from tests.syncd.offers import Writer, item, offer

pytestmark = pytest.mark.anyio

_ZONE, _STYLE = "Pacific/Auckland", "SQL, DMY"


@pytest.fixture
def _far_from_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A laptop whose own zone is fourteen hours from the server's, and never UTC."""
    monkeypatch.setenv("TZ", "America/Los_Angeles")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ("2026-07-08T09:30:00.123456Z", "2026-07-08T09:30:00.123456Z"),
        ("2026-07-08T09:30:00+02:00", "2026-07-08T07:30:00.000000Z"),
        ("2026-07-08T09:30:00", "2026-07-08T09:30:00.000000Z"),
        ("2026-07-08", "2026-07-08T00:00:00.000000Z"),
    ],
)
@pytest.mark.usefixtures("_far_from_utc")
async def test_moments_mean_the_same_on_every_hub(hub_database: str, sent: str, told: str) -> None:
    """Whatever zone and style the server, its database and the laptop are set to, a moment comes
    back as the moment it was; one that some client sent without a zone is UTC, as it is here."""
    name = hub_database.rpartition("/")[2]
    await run_as_owner(
        hub_database,
        f"ALTER DATABASE {name} SET timezone = '{_ZONE}'",
        f"ALTER DATABASE {name} SET datestyle = '{_STYLE}'",
    )
    (shown,) = await run_as_owner(hub_database, "SELECT timestamptz '2026-07-08 00:00Z' :: text")
    assert shown[0] == "08/07/2026 12:00:00 NZST"
    async with await PostgresHub.connect(hub_database) as hub:
        writer = Writer(hub, await hub.open_project(None, "a project"))
        stamp = dict.fromkeys(("created_at", "updated_at"), sent)
        plain = offer("deployment", {"deployed_at": sent, "commit_hash": "a" * 40})
        plain.stamp.update(stamp)
        plain.entries[0]["changed_at"] = sent
        assert await writer.verdicts(plain) == ["accepted"]
        row = await writer.row(plain)
        (entry,) = (await writer.page()).entries
    moments = [row[field] for field in ("deployed_at", "created_at", "updated_at")]
    assert [*moments, entry["changed_at"]] == [told] * 4


@pytest.mark.usefixtures("_far_from_utc")
def test_a_moment_without_a_zone_is_none_of_the_laptop() -> None:
    """What somebody tells without a zone is UTC, whatever the laptop's own zone is."""
    for told in ("2026-07-08T09:30:00", "2026-07-08T09:30:00Z", "2026-07-08T11:30:00+02:00"):
        assert format_moment(parse_moment(told)) == "2026-07-08T09:30:00.000000Z"


def test_no_moment_travels_as_anything_but_text() -> None:
    """What a push binds are texts, numbers and nulls: a datetime without a zone, which the driver
    would take for one of the laptop's, cannot be among them."""
    found = {type(each) for column in batch_columns([item(labels=["a"])]) for each in column}
    assert found <= {str, int, type(None)}


async def test_a_clock_without_a_zone_writes_nothing(new_store: Path, tmp_path: Path) -> None:
    """A store whose clock gives times without a zone refuses to write, and has written nothing."""
    world = await World.begin(Path(shutil.copy(new_store, tmp_path / "store.db")))
    before = world.sizes()
    world.store._clock = lambda: datetime.fromisoformat("2026-07-08T09:30:00")
    with pytest.raises(ValueError, match="time zone"):
        await world.item("Fix the parser")
    assert world.sizes() == before
    await world.store.close()
