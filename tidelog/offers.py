"""What each layer below the store could give, should the store be lost, and how new that is."""

import asyncio
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime

from localstore.backups import backups_of
from localstore.errors import TidelogError
from localstore.reading import reading
from localstore.rows.views import to_the_second
from localstore.values import Row, text_of
from syncd.hub import Asking
from syncd.linking import Link
from tidelog.hub_address import find_hub, project_at_hub
from tidelog.keeping import existing_repository
from tidelog.layers.known import known_of
from tidelog.opening import Setting
from tidelog.reaching import connect, way_out
from tidelog.snapshot_checks import REPAIR, told
from tidelog.views.lines import age, clock
from tidelog.wiring import now

_ASK_SECONDS = 10.0
_TAIL = 100
"""How many of a hub's last numbers are looked at for its newest change; a purge takes some."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What one layer could give: when its newest change was made (UTC, to the second), or empty,
    and then why it has nothing; `repair` helps where it ought to have something."""

    source: str
    what: str
    as_of: str = ""
    lacking: str = ""
    repair: str = ""

    def check(self) -> Row:
        """The same as a check of the doctor's."""
        if not self.as_of:
            return told(self.source, not self.repair, self.lacking, self.repair)
        when = f"as of {clock(self.as_of)}, {age(self.as_of, now())}"
        return told(self.source, True, f"has {self.what}, {when}") | {"as_of": self.as_of}


async def offers(setting: Setting) -> list[Offer]:
    """What git, the hub, the backups and the files could give, in this order, which is that of
    their worth: commits are without loss and need no network; a hub lacks what was never sent, a
    backup what came after it, and files have no history."""
    return [
        await asyncio.to_thread(_git, setting),
        await _hub(setting),
        await asyncio.to_thread(_backup, setting),
        await asyncio.to_thread(_files, setting),
    ]


def _git(setting: Setting) -> Offer:
    from gitlayer.past import seconds_of
    from gitlayer.upkeep import whole

    what = "every committed change"
    place, settings = setting.place, setting.settings.values
    own = settings.snapshot_repository is None
    if own and not (place.snapshots / ".git" / "HEAD").exists():
        return Offer("snapshots", what, lacking="there is no repository")
    try:
        repository = existing_repository(place, settings)
        tip = repository.tip()
        if tip is None:
            return Offer("snapshots", what, lacking="nothing was committed yet")
        broken = whole(repository)
        if broken:
            return Offer("snapshots", what, lacking=broken, repair=REPAIR)
        return Offer("snapshots", what, _moment(seconds_of(repository, tip.commit)))
    except TidelogError as failure:
        return Offer("snapshots", what, lacking=failure.message, repair=failure.hint or REPAIR)
    except (OSError, ValueError) as failure:
        return Offer("snapshots", what, lacking=f"it is damaged: {failure}", repair=REPAIR)


async def _hub(setting: Setting) -> Offer:
    what = "what was sent to it"
    try:
        address = find_hub(setting)
        if address is None:
            return Offer("hub", what, lacking="none is set")
    except TidelogError as failure:
        return Offer("hub", what, lacking=failure.message, repair=failure.hint or REPAIR)
    place = setting.place
    project_id = known_of(place.store).project_id or project_at_hub(place)
    if not project_id:
        repair = "`tidelog hub join --project NAME`, once the store is back"
        return Offer(
            "hub", what, lacking="which of its projects this is, is not known", repair=repair
        )
    try:
        async with asyncio.timeout(_ASK_SECONDS):
            link = await connect(address)
            try:
                return Offer("hub", what, await _newest_at_hub(link, project_id))
            finally:
                await link.close()
    except TimeoutError:
        lacking = f"the hub {address.name} does not answer"
        return Offer("hub", what, lacking=lacking, repair=way_out(address))
    except TidelogError as failure:
        return Offer("hub", what, lacking=failure.message, repair=failure.hint or way_out(address))


async def _newest_at_hub(link: Link, project_id: str) -> str:
    head = int((await link.status(project_id))["head"])
    asking = Asking(project_id, project_id, None)
    page = await link.pull(asking, max(0, head - _TAIL), 10 * _TAIL)
    made = max((text_of(entry, "changed_at") for entry in page.entries), default="")
    return str(to_the_second(made)) if made else ""


def _backup(setting: Setting) -> Offer:
    what = "a copy of the whole store"
    found = backups_of(setting.place.store)
    if not found:
        return Offer("backups", what, lacking="there is none")
    try:
        with reading(found[0].path) as connection:
            newest = "SELECT changed_at FROM history ORDER BY seq DESC LIMIT 1"
            [made] = connection.execute(newest).fetchone()
    except (sqlite3.Error, TypeError, ValueError) as failure:
        lacking = f"{found[0].name} cannot be read: {failure}"
        return Offer("backups", what, lacking=lacking, repair=REPAIR)
    return Offer("backups", what, str(to_the_second(made)))


def _files(setting: Setting) -> Offer:
    from gitlayer.rebuild import rebuild_from_folder

    what = "every row without its history"
    folder = setting.place.snapshots
    if not folder.is_dir():
        return Offer("files", what, lacking="there are none")
    try:
        rebuilt = rebuild_from_folder(folder)
    except OSError as failure:
        lacking = f"{failure.filename} cannot be read: {failure.strerror}"
        return Offer("files", what, lacking=lacking, repair=REPAIR)
    made = max((text_of(row, "updated_at") for _, row in rebuilt.rows), default="")
    if not made:
        return Offer("files", what, lacking="there are none")
    return Offer("files", what, str(to_the_second(made)))


def _moment(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"
