"""What PostgreSQL, the network and asyncpg say, in the words of a hub."""

import asyncio
import socket
import ssl

import asyncpg
from asyncpg import exceptions

from localstore.errors import InvalidArguments, TidelogError
from syncd.dsn import Address
from syncd.hub import (
    BatchRefused,
    HubUnreachable,
    HubWentBack,
    NotGranted,
    ProjectBroken,
    ProtocolMismatch,
    SyncError,
    UnknownProject,
)

FAILURES = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
    ValueError,
    asyncio.IncompleteReadError,
)
"""Everything that a call may fail with; the built-in timeout is an OSError."""

LOST_STATEMENT = ("26000", "42P05")
"""A prepared statement that is not there, or is there already: a pooler changed the connection."""

_BY_STATE: dict[str, type[SyncError]] = {
    "TL001": ProtocolMismatch,
    "TL002": HubWentBack,
    "TL003": UnknownProject,
    "TL004": NotGranted,
    "TL005": BatchRefused,
    "TL006": ProjectBroken,
    "42501": NotGranted,
}
_UNPREPARED = ("3F000", "42883", "42P01")
_BY_CLASS: dict[str, type[SyncError]] = {
    "22": BatchRefused,
    "23": BatchRefused,
    "54": BatchRefused,
    "28": NotGranted,
}


def translated(failure: BaseException, address: Address) -> TidelogError:
    """The error that a caller is told; it never holds the password."""
    where = f"the hub {address.place}"
    if isinstance(failure, TidelogError):
        return failure
    if isinstance(failure, asyncpg.PostgresError):
        return _answered(failure, where, address)
    if isinstance(failure, exceptions.ClientConfigurationError):
        return InvalidArguments("hub", "is an address that cannot be used: check its options")
    if _is_of_the_batch(failure):
        return BatchRefused(f"{where} cannot be sent this: {_scrubbed(failure, address)}")
    return HubUnreachable(f"{where} cannot be reached: {_why(failure, address)}")


def _answered(failure: asyncpg.PostgresError, where: str, address: Address) -> SyncError:
    state = failure.sqlstate or ""
    words = _scrubbed(failure, address)
    if state in _UNPREPARED:
        return ProtocolMismatch(
            f"{where} is not prepared for this version of tidelog: {words}",
            hint="its owner runs `tidelog hub init`",
        )
    kind = _BY_STATE.get(state) or _BY_CLASS.get(state[:2])
    if kind is NotGranted and state[:2] == "28":
        return NotGranted(f"{where} does not let us in: {words}")
    if kind is None:
        return HubUnreachable(f"{where} could not finish: {words}")
    return kind(f"{where}: {words}")


def _is_of_the_batch(failure: BaseException) -> bool:
    """Whether a value could not be written in PostgreSQL's form, before anything was sent."""
    if isinstance(failure, exceptions.InterfaceError):
        return isinstance(failure, ValueError)
    return isinstance(failure, ValueError) and not isinstance(failure, OSError)


def _why(failure: BaseException, address: Address) -> str:
    match failure:
        case ssl.SSLCertVerificationError():
            return f"its certificate is not trusted ({failure.verify_message})"
        case TimeoutError():
            return "it did not answer in time"
        case ConnectionRefusedError():
            return "connection refused"
        case FileNotFoundError():
            return "no server listens there"
        case socket.gaierror():
            return "no such host is known here"
        case exceptions.TargetServerAttributeNotMatched():
            return "it takes no writes now"
    return _scrubbed(failure, address)


def _scrubbed(failure: BaseException, address: Address) -> str:
    """The first line of what an error says, without the password."""
    said = (str(failure).splitlines() or [""])[0] or type(failure).__name__
    return said.replace(address.password, "***") if address.password else said
