"""Joining a store to a project on a hub, and the first exchange with it."""

from dataclasses import dataclass

from localstore.errors import TidelogError
from localstore.store import Store
from localstore.values import Row
from syncd.hub import HubUnreachable, NotGranted
from syncd.linking import HubAddress
from tidelog.hub_address import keep_hub
from tidelog.naming import note_name
from tidelog.opening import Setting, opened
from tidelog.reaching import connect, way_out
from tidelog.screen import Screen, say, show_error, show_json
from tidelog.syncing import exchange, moved_row
from tidelog.turns import is_kept, turns
from tidelog.views.sync import joined_lines


@dataclass(frozen=True, slots=True)
class Joined:
    """What came of it: what met, and what went wrong with the first exchange, if anything."""

    met: Row
    failure: TidelogError | None = None


async def join(store: Store, setting: Setting, address: HubAddress, project: str) -> Joined:
    """Join a store to the project of that name on a hub, which is made where it is missing; keep
    the hub's address in the store's folder; exchange once.

    Raises:
        SyncError: the hub does not answer or says no; nothing was changed here. Unavailable: the
            address cannot be kept; the store has not joined.
    """
    try:
        link = await connect(address)
    except HubUnreachable as failure:
        raise HubUnreachable(failure.message, hint=way_out(address)) from None
    try:
        project_id = await link.open_project(None, project)
    except NotGranted as failure:
        raise NotGranted(
            failure.message,
            hint=f"the hub's owner lets you in with `tidelog hub grant ROLE --project {project}`",
        ) from None
    finally:
        await link.close()
    # A daemon that is at work waits: it sees the hub and the project together, or neither.
    async with turns(setting.place.home)():
        keep_hub(setting.place, address.secret, project_id)
        await store.join(project_id)
        await store.set_project(project)
        await note_name(store, setting.place)
    try:
        moved = await exchange(store, setting, address)
    except TidelogError as failure:
        return Joined({"hub": address.name, "project": project}, failure)
    return Joined(moved_row(moved, address) | {"project": project})


async def join_and_tell(setting: Setting, address: HubAddress, project: str, *, json: bool) -> int:
    """Join, and print what met; the exit code is 1 when the first exchange failed.

    Raises: as `join`.
    """
    async with opened(setting, keep=False) as store:
        joined = await join(store, setting, address, project)
    if json:
        show_json(joined.met)
    else:
        Screen().show(joined_lines(joined.met))
    if joined.failure is not None:
        show_error(joined.failure)
        return 1
    if not json and not is_kept(setting.place.home):
        say("Every `tidelog serve` keeps it in step from now on; so does `tidelog sync`.")
    return 0
