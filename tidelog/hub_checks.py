"""What `tidelog doctor` asks the hub: is it there, does it know us, what waits."""

import asyncio
from datetime import timedelta

from localstore.errors import TidelogError
from localstore.store import Store
from localstore.values import Row, number_of, parse_moment, rows_of, text_of
from syncd.hub import Asking, HubUnreachable, UnknownProject
from syncd.linking import HubAddress, Link
from tidelog.hub_address import find_hub
from tidelog.opening import Setting
from tidelog.reaching import connect, machine_name, way_out
from tidelog.secrecy import has_password
from tidelog.snapshot_checks import told
from tidelog.turns import is_kept
from tidelog.views.lines import age, count
from tidelog.wiring import now

_LATE = timedelta(hours=1)
"""How long a change may wait to be sent, while the hub answers, before something must be wrong."""
_ASK_SECONDS = 10.0


async def hub_checks(store: Store, setting: Setting) -> list[Row]:
    """Whether the hub answers, speaks our protocol, knows the project and notifies; what waits.

    Changes nothing here; there it leaves that this replica was seen.
    """
    try:
        address = find_hub(setting)
    except TidelogError as error:
        return [told("hub", False, error.message, error.hint)]
    if address is None:
        return [told("hub", True, "none; `tidelog hub join` joins one")]
    checks = _password(setting, address)
    try:
        async with asyncio.timeout(_ASK_SECONDS):
            checks += await _asked(store, setting, address)
        reached = True
    except TimeoutError:
        late = HubUnreachable(f"the hub {address.name} does not answer")
        checks.append(_unreachable(address, late))
        reached = False
    except TidelogError as error:
        checks.append(_unreachable(address, error))
        reached = False
    return [*checks, *_waiting(await store.sync_status(), setting, reached=reached)]


def _unreachable(address: HubAddress, error: TidelogError) -> Row:
    repair = error.hint or way_out(address)
    return told("hub", False, error.message, repair)


async def _asked(store: Store, setting: Setting, address: HubAddress) -> list[Row]:
    link = await connect(address)
    try:
        checks = [await _known(store, setting, link, address)]
        if not link.notifications:
            pooled = "a pooler stands before it: news is asked for, every poll_seconds"
            checks.append(told("hub's notifications", True, pooled))
        return checks
    finally:
        await link.close()


async def _known(store: Store, setting: Setting, link: Link, address: HubAddress) -> Row:
    place = await store.sync_place()
    if place.project_id is None:
        repair = "`tidelog hub join --project NAME` joins one"
        return told("hub", False, f"{address.name}: this store has joined no project there", repair)
    asking = Asking(place.project_id, store.replica_id, place.seen, place.cursor)
    try:
        await link.hello(asking, machine_name(setting.settings.values))
    except UnknownProject:
        repair = "`tidelog sync --once` makes it there again, from this store"
        return told("hub", False, f"{address.name} does not know the project any more", repair)
    return told("hub", True, f"{address.name} answers and knows the project{_tls(address)}")


def _tls(address: HubAddress) -> str:
    if address.tls == "unverified":
        return "; its certificate is not verified (hub_tls = unverified)"
    return "; without TLS (hub_tls = off)" if address.tls == "off" else ""


def _password(setting: Setting, address: HubAddress) -> list[Row]:
    """A password in a file that git may keep."""
    origin = setting.settings.origins["hub"]
    if not origin.endswith(": hub") or not has_password(address.secret):
        return []
    found = f"the hub's password stands in {origin.removesuffix(': hub')}, which git may keep"
    return [told("hub's password", False, found, "`tidelog hub join` keeps it where only you read")]


def _waiting(sync: Row, setting: Setting, *, reached: bool) -> list[Row]:
    """What is not sent or fetched yet, and what the hub refuses."""
    dirty, oldest = number_of(sync, "dirty"), text_of(sync, "oldest_unsynced_at")
    lag = number_of(sync, "hub_head") - number_of(sync, "cursor")
    waits = [f"{count(dirty, 'row')} to send, the oldest {age(oldest, now())}"] if dirty else []
    waits += [f"{count(lag, 'change')} to receive"] if lag > 0 else []
    nobody = "" if is_kept(setting.place.home) else "; no daemon is at it now"
    late = reached and bool(oldest) and now() - parse_moment(oldest) > _LATE
    found = (", ".join(waits) or "everything is sent and received") + nobody
    checks = [told("sync", not late, found, "`tidelog sync --once` says what is in the way")]
    for row in rows_of(sync, "refused"):
        entity = text_of(row, "entity").replace("_", " ")
        reason = f"the hub cannot take {entity} {text_of(row, 'id')}: {text_of(row, 'reason')}"
        checks.append(told("refused row", False, reason, "change it, or upgrade the hub"))
    return checks
