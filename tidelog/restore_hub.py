"""The plan of a restore from the hub: a store that is pulled whole, and is in step from then on."""

from contextlib import suppress
from typing import TYPE_CHECKING

from localstore.errors import InvalidArguments, TidelogError, Unavailable
from localstore.store import Store
from syncd.hub import HubUnreachable
from syncd.linking import HubAddress, Link
from tidelog.discovery import Place
from tidelog.folder import make_folder
from tidelog.hub_address import project_at_hub, required_hub
from tidelog.in_place import expect_whole
from tidelog.keeping import existing_repository
from tidelog.layers.known import known_of
from tidelog.opening import Setting
from tidelog.progress import progress
from tidelog.reaching import connect, way_out
from tidelog.restore_plans import Plan
from tidelog.wiring import open_store

if TYPE_CHECKING:
    from gitlayer.rebuild import Rebuilt


def plan_from_hub(setting: Setting) -> Plan:
    """A store as the hub has it, and with the changes that were committed and never sent.

    It begins with what the newest commit has, so that snapshots go on from there; without
    snapshots, or where git is damaged, all of it is the hub's.

    Raises:
        Unavailable: no hub is set, or which of its projects this is is not known.
    """
    address = required_hub(setting)
    place = setting.place
    project_id = known_of(place.store).project_id or project_at_hub(place)
    if not project_id:
        raise Unavailable(
            f"which project of the hub {address.name} this is, nothing here tells",
            hint="`tidelog restore` builds the store from its snapshots, and "
            "`tidelog hub join --project NAME` joins it again",
        )
    return Plan(
        "hub",
        f"the hub {address.name}",
        lambda fresh: _build(fresh, setting, address, project_id),
        told={"hub": address.name},
    )


async def _build(fresh: Place, setting: Setting, address: HubAddress, project_id: str) -> None:
    make_folder(fresh.home)
    try:
        link = await connect(address)
        try:
            async with await open_store(fresh, setting.settings.values) as store:
                await _load_commits(store, setting)
                await store.join(project_id)
                await _pull(store, link, project_id)
        finally:
            await link.close()
    except HubUnreachable as failure:
        hint = f"{way_out(address)}; nothing was changed"
        raise HubUnreachable(failure.message, hint=hint) from None


async def _pull(store: Store, link: Link, project_id: str) -> None:
    from syncd.rounds import pull_round

    with progress("Fetching rows") as step:
        await pull_round(store, link, step=step)
    held = await link.status(project_id)
    await store.set_project(str(held["name"]))
    await store.note_replicas(await link.replica_names(project_id))
    await expect_whole(store, "what the hub has")


async def _load_commits(store: Store, setting: Setting) -> None:
    """Begin with what is committed, if there is something that can be read."""
    committed = _committed(setting)
    if committed is not None:
        with suppress(InvalidArguments):  # they make no sound store; nothing of them is in it then
            await store.load(committed.rows, committed.history)


def _committed(setting: Setting) -> "Rebuilt | None":
    from gitlayer.rebuild import rebuild_from_git

    try:
        repository = existing_repository(setting.place, setting.settings.values)
        tip = repository.tip()
        return rebuild_from_git(repository, tip.commit) if tip else None
    except (TidelogError, OSError, ValueError):
        return None  # its own check tells what is wrong with it
