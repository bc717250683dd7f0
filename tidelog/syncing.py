"""`tidelog sync`: the daemon in the foreground, or one exchange with the hub."""

from pathlib import Path

from localstore.errors import InvalidArguments
from localstore.store import Store
from localstore.values import Row
from syncd.exchanging import Exchange
from syncd.hub import HubUnreachable
from syncd.linking import HubAddress, Linked
from syncd.rounds import Moved
from syncd.standing import State
from tidelog.arguments import Arguments
from tidelog.hub_address import required_hub
from tidelog.opening import Setting, locate, opened
from tidelog.progress import progress
from tidelog.reaching import reach, way_out
from tidelog.screen import Screen, note, show_json
from tidelog.tending import tend
from tidelog.turns import is_kept, turns
from tidelog.views.sync import moved_lines


async def sync(arguments: Arguments) -> int:
    """`tidelog sync`: until it is told to stop; with --once until nothing is left to exchange.

    Raises:
        Unavailable: there is no store, or, with --once, no hub. SyncError: with --once, the hub
            does not answer or says no; what is local is as it was. InvalidArguments: --json of what
            does not end.
    """
    if arguments.json and not arguments.once:
        raise InvalidArguments("--json", "goes with --once: the daemon has no answer to print")
    setting = locate(arguments, Path.cwd())
    async with opened(setting, keep=False) as store:
        if not arguments.once:
            return await tend(store, setting, until_eof=arguments.until_eof)
        address = required_hub(setting)
        moved = await exchange(store, setting, address)
        row = moved_row(moved, address)
        if arguments.json:
            show_json(row)
        else:
            Screen().show(moved_lines(row))
    return 0


async def exchange(store: Store, setting: Setting, address: HubAddress) -> Moved:
    """Exchange with the hub until both sides have everything.

    Raises: as `Exchange.attempt`.
    """
    linked = Linked(reach(setting.settings.values), lambda _head: None)
    with progress("Syncing rows") as step:
        try:
            whole = Exchange(store, linked, turns(setting.place.home), note, step)
            moved = await whole.attempt(address)
        except HubUnreachable as failure:
            raise HubUnreachable(failure.message, hint=way_out(address)) from None
        finally:
            await linked.leave()
    if not is_kept(setting.place.home):  # a daemon notes for itself how things stand
        await store.note_sync(State.STOPPED, hub=address.name)
    return moved


def moved_row(moved: Moved, address: HubAddress) -> Row:
    """What was exchanged, as a row."""
    return {
        "hub": address.name,
        "sent": moved.pushed,
        "received": moved.pulled,
        "merged": moved.merged,
        "conflicts": moved.conflicts,
        "repaired": moved.repaired,
        "refused": moved.refused,
    }
