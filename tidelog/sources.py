"""From which source a lost store is best restored, and why."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from localstore.errors import Unavailable
from localstore.salvage import salvage
from tidelog.discovery import Place
from tidelog.folder import make_folder
from tidelog.in_place import expect_whole
from tidelog.offers import Offer, offers
from tidelog.opening import Setting
from tidelog.restore_plans import Plan
from tidelog.views.lines import clock
from tidelog.wiring import open_store


@dataclass(frozen=True, slots=True)
class Choice:
    """A source to restore from: why it, and how to get its plan."""

    source: str
    why: str
    plan: Callable[[], Awaitable[Plan]]


async def choices(setting: Setting) -> list[Choice]:
    """What a store may be restored from, the best first: the damaged file itself where every row
    and change can still be read; else the source with the newest change. Of several that are as new
    git comes first, which loses nothing and needs no network; then the hub, a backup, the files.

    Newest, and not most: whoever went back to an earlier moment did not want what came after it.
    """
    found = []
    if setting.place.store.is_file() and setting.place.store.stat().st_size:
        why = "of which every row and change can be read"
        found.append(Choice("store", why, partial(_itself, setting)))
    able = [offer for offer in await offers(setting) if offer.as_of]
    newest_first = sorted(able, key=lambda each: each.as_of, reverse=True)
    return found + [
        Choice(offer.source, _why(offer, able), partial(_plan, offer, setting))
        for offer in newest_first
    ]


def _why(offer: Offer, able: list[Offer]) -> str:
    when = f"as of {clock(offer.as_of)}"
    others = [each for each in able if each is not offer]
    if not others:
        return f"{when}, the only source there is"
    if all(each.as_of < offer.as_of for each in others):
        return f"{when}, the newest source there is"
    return f"{when}, {offer.what}" + ("" if offer.source == "files" else "; nothing is newer")


async def _plan(offer: Offer, setting: Setting) -> Plan:
    if offer.source == "hub":
        from tidelog.restore_hub import plan_from_hub

        return plan_from_hub(setting)
    if offer.source == "backups":
        from tidelog.backups import plan_from_backup

        return await plan_from_backup(setting)
    from tidelog.restore_git import plan_from_files, plan_from_git

    plan = plan_from_git if offer.source == "snapshots" else plan_from_files
    return await asyncio.to_thread(plan, setting)


async def _itself(setting: Setting) -> Plan:
    """The store itself, read past everything that is derived, if that gives all of it."""

    async def build(fresh: Place) -> None:
        make_folder(fresh.home)
        await (await open_store(fresh, setting.settings.values)).close()
        try:
            found = await asyncio.to_thread(salvage, setting.place.store, fresh.store, earlier=None)
        except sqlite3.Error as failure:
            raise Unavailable(f"nothing of it can be read: {failure}") from failure
        if found.torn:
            raise Unavailable(f"not all of it can be read ({', '.join(found.torn)})")
        async with await open_store(fresh, setting.settings.values) as store:
            await expect_whole(store, "what can be read of it")

    return Plan("store", "the file itself", build)
