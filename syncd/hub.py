"""What a replica asks of a hub, and how a hub says no."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

from localstore.errors import TidelogError
from localstore.exchange import Commit, HubPage, PushedRow, Receipt

PROTOCOL = 1
"""The version of the exchange; a hub that speaks another one is not spoken to."""


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, about which project, and the newest of the hub's commits it has seen.

    `has_read` is the asker's cursor: a push by somebody who has not read that rows were purged is
    answered `moved_on`.
    """

    project_id: str
    replica_id: str
    seen: Commit | None
    has_read: int = 0


class Hub(Protocol):
    """One hub. Every call is one transaction there: done as a whole, or not at all.

    Any call may raise HubUnreachable (it may or may not have been done), HubWentBack,
    UnknownProject, NotGranted or ProtocolMismatch (nothing was done).
    """

    async def pull(self, asking: Asking, cursor: int, limit: int) -> HubPage:
        """What changed after `cursor`: about `limit` history entries, with the rows they left."""
        ...

    async def push(self, asking: Asking, rows: Sequence[PushedRow]) -> Receipt:
        """Offer rows, each once. Raises BatchRefused: the hub cannot take one of them at all."""
        ...


class SyncError(TidelogError):
    """A round could not be finished; what is local is untouched, and goes on."""

    code: ClassVar[str] = "sync"


class HubUnreachable(SyncError):
    """The hub did not answer; whether it did what was asked is not known."""

    code = "hub_unreachable"
    retryable = True


class HubWentBack(SyncError):
    """The hub does not know a commit this replica has seen: it was restored or replaced."""

    code = "hub_went_back"


class UnknownProject(SyncError):
    """The hub has no such project."""

    code = "unknown_project"


class NotGranted(SyncError):
    """The hub knows us, but not for this project."""

    code = "not_granted"


class ProtocolMismatch(SyncError):
    """The hub and this tidelog do not speak the same version; one of them wants an upgrade."""

    code = "protocol_mismatch"


class BatchRefused(SyncError):
    """The hub cannot store something in this batch; none of it was stored."""

    code = "batch_refused"


class ProjectBroken(SyncError):
    """The hub has lost its record of the project and still has the project's commits. Begun anew
    beside them it would count from one again, unnoticed by replicas that know the old numbers."""

    code = "project_broken"
