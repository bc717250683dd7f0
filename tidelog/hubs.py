"""`tidelog hub`: prepare one, run one on this machine, let others in, join one."""

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from localstore.errors import InvalidArguments
from localstore.values import Row
from syncd.dsn import parse_dsn
from syncd.hub import NotGranted
from syncd.linking import HubAddress
from tidelog.arguments import Arguments
from tidelog.beginning import project_name
from tidelog.hub_address import address_of, find_hub, given
from tidelog.joining import join_and_tell
from tidelog.machine_hub import folder, machine_hub, required_machine_hub, running_hub
from tidelog.opening import Setting, locate, require_store
from tidelog.screen import note, say, show_json
from tidelog.settings import load_settings

if TYPE_CHECKING:
    from syncd.embedded import EmbeddedPostgres


async def hub(arguments: Arguments) -> int:
    """`tidelog hub ACTION`."""
    actions = {
        "init": init,
        "start": start,
        "stop": stop,
        "status": status,
        "grant": grant,
        "join": join,
    }
    return await actions[arguments.action](arguments)


async def init(arguments: Arguments) -> int:
    """`tidelog hub init DSN`: install the schema, or bring it up to date.

    Raises:
        InvalidArguments: DSN is no address. SyncError: the server does not answer, does not let us
            in, or is too old; nothing was installed.
    """
    from syncd.postgres import prepare

    dsn = given(arguments.hub)
    if dsn is None:
        raise InvalidArguments("DSN", "must be given")
    address = address_of(dsn, load_settings({}).values)
    applied = await prepare(address.secret, tls=address.tls)
    say(
        f"{address.name} is a hub now."
        if applied
        else f"{address.name} is a hub already, and up to date."
    )
    say("", "In a project's folder, join it:", "  tidelog hub join DSN --project NAME")
    say("To let a role of the Postgres see and change a project:")
    say("  tidelog hub grant ROLE --project NAME --hub DSN")
    return 0


async def start(arguments: Arguments) -> int:
    """`tidelog hub start`: run the one-machine hub; it goes on when the command has ended.

    Raises:
        EmbeddedTrouble: the Postgres in a wheel is missing, or does not start. SyncError: it runs
            and does not answer.
    """
    from syncd.postgres import prepare

    server = machine_hub()
    if not server.exists and sys.stderr.isatty():
        note(f"making a hub in {folder()} …")
    await asyncio.to_thread(server.start)
    await prepare(server.dsn)
    if arguments.json:
        show_json(_told(server))
        return 0
    say(f"A hub runs on this machine, at {_name(server)}; its files are in {folder()}.")
    say("", "In a project's folder, join it:", "  tidelog hub join --project NAME")
    say("", "Its address, for other programs of yours (a file holds the password):")
    say(f"  {server.dsn}")
    return 0


async def stop(_arguments: Arguments) -> int:
    """`tidelog hub stop`: end the one-machine hub. Raises: EmbeddedTrouble: it does not end."""
    server = running_hub()
    if server is None:
        say("No hub runs on this machine.")
        return 0
    await asyncio.to_thread(server.stop)
    say("The hub has stopped. What was in it is kept; `tidelog hub start` runs it again.")
    return 0


async def status(arguments: Arguments) -> int:
    """`tidelog hub status`: whether the one-machine hub runs; 1 when it does not."""
    server = running_hub()
    if arguments.json:
        show_json({"running": False, "folder": str(folder())} if server is None else _told(server))
    elif server is None:
        say("No hub runs on this machine; `tidelog hub start` starts one.")
    else:
        say(f"A hub runs on this machine, at {_name(server)}; its files are in {folder()}.")
        say("Its address:", f"  {server.dsn}")
    return 1 if server is None else 0


def _name(server: "EmbeddedPostgres") -> str:
    return parse_dsn(server.dsn).place


def _told(server: "EmbeddedPostgres") -> Row:
    return {"running": True, "hub": _name(server), "dsn": server.dsn, "folder": str(folder())}


async def grant(arguments: Arguments) -> int:
    """`tidelog hub grant ROLE --project NAME`: as the hub's owner.

    Raises:
        Unavailable: no hub is known. UnknownProject, NotGranted, HubUnreachable: as they say.
    """
    from syncd.postgres import PostgresHub

    address = _address(arguments, locate(arguments, Path.cwd()))
    project, role = project_name(arguments.project or ""), arguments.role or ""
    async with await PostgresHub.connect(address.secret, tls=address.tls) as there:
        try:
            await there.grant_project(project, role)
        except NotGranted:
            raise NotGranted(
                f"only the owner of the hub {address.name} lets others in",
                hint="name the hub with the owner's address: --hub DSN",
            ) from None
    say(f"{role} may see and change the project {project} on {address.name}.")
    return 0


async def join(arguments: Arguments) -> int:
    """`tidelog hub join [DSN] --project NAME`. Raises: as `joining.join`."""
    setting = locate(arguments, Path.cwd())
    require_store(setting)
    address = _address(arguments, setting)
    name = project_name(arguments.project or "")
    return await join_and_tell(setting, address, name, json=arguments.json)


def _address(arguments: Arguments, setting: Setting) -> HubAddress:
    """The hub that was named; else that of the store; else the one that runs on this machine."""
    settings = setting.settings.values
    dsn = given(arguments.hub)
    if dsn is not None:
        return address_of(dsn, settings)
    known = find_hub(setting)
    return known if known is not None else address_of(required_machine_hub().dsn, settings)
