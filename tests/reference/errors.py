"""docs/reference/errors.md: every code an error can have, when, and the way out."""

import importlib
import pkgutil

import gitlayer
import localstore
import mcp_server
import syncd
import tidelog
from localstore.errors import TidelogError
from tests.reference.commands import cell, head

WAYS = {
    "batch_refused": "nothing: the batch is halved until the row is found, and the rest goes on; "
    "`tidelog doctor` names the row",
    "busy": "send the same call again; `busy_timeout_seconds` says how long a call waits",
    "cycle": "remove or turn one of the links in `path` first",
    "duplicate": "`existing` is what is there: use that, or choose another name or `client_ref`",
    "forbidden": "open the board by the address that `tidelog board` prints",
    "hub_server": "the hint names it: install the extra (`pip install 'tidelog[hub]'`), make room, "
    "or look into the server's log beside its files",
    "hub_too_old": "use PostgreSQL 14 or later",
    "hub_unreachable": "nothing: sync tries again by itself; `tidelog doctor` says what answers",
    "hub_went_back": "nothing: the next round offers and fetches everything again",
    "internal": "the server's log on standard error says where; report it",
    "invalid_arguments": "`field` names the argument, the message its rule, `example` a right one",
    "not_found": "look the ref up with `list_work_items`, `list_vendors` or `tidelog log`",
    "not_granted": "ask the hub's owner for `tidelog hub grant ROLE --project NAME`",
    "not_joined": "`tidelog hub join DSN --project NAME`",
    "project_broken": "the hub's owner puts the row back into `tidelog.projects`, or deletes "
    "the rest",
    "protocol_mismatch": "upgrade the older of the two, tidelog or the hub (`tidelog hub init`)",
    "sync": "as the message says; what is local goes on",
    "too_deep": "choose a parent nearer to the root",
    "unavailable": "`tidelog doctor` says what is wrong and names one command for it",
    "unknown_project": "check the name; `tidelog hub join` opens a new project for a role that may",
    "version_conflict": "look at `current`, decide what still holds, and send its version",
}
"""What to do about each code."""


def page() -> str:
    """The page. Raises: LookupError: an error has no way out here, or a way out no error."""
    rows = []
    found = by_code()
    for code in sorted(WAYS.keys() | found.keys()):
        if code not in WAYS:
            raise LookupError(f"tests/reference/errors.py knows no way out of `{code}`")
        if code not in found:
            raise LookupError(f"tests/reference/errors.py has a way out of `{code}`, which is none")
        when = " ".join(_when(kind) for kind in found[code])
        again = "yes" if any(kind.retryable for kind in found[code]) else "no"
        rows.append(f"| `{code}` | {cell(when)} | {again} | {cell(WAYS[code])} |")
    table = ["| Code | When | Retryable | Way out |", "|---|---|---|---|", *rows]
    return "\n".join([head("errors"), *table, ""])


def by_code() -> dict[str, list[type[TidelogError]]]:
    """Every error that the packages define, by its code."""
    for package in (localstore, gitlayer, mcp_server, syncd, tidelog):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    found: dict[str, list[type[TidelogError]]] = {}
    kinds: list[type[TidelogError]] = [TidelogError]
    for kind in kinds:  # those below are looked at in their turn
        found.setdefault(kind.code, []).append(kind)
        kinds.extend(kind.__subclasses__())
    return found


def _when(kind: type[TidelogError]) -> str:
    if kind is TidelogError:
        return "Something failed that nobody foresaw."
    return " ".join((kind.__doc__ or "").split("\n\n")[0].split())
