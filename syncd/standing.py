"""How a replica stands with its hub, and what follows from it: pure."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from localstore.errors import InvalidArguments, TidelogError
from syncd.backoff import Backoff, jittered
from syncd.hub import HubUnreachable, NotGranted, ProjectBroken, ProtocolMismatch, SyncError

AGAIN_SECONDS = 3600.0
"""When to look again at a hub that wants something else than patience: an upgrade, or a grant."""


class NotJoined(SyncError):
    """There is a hub, and nobody has said yet which of its projects this store belongs to."""

    code: ClassVar[str] = "not_joined"

    def __init__(self) -> None:
        super().__init__(
            "this store has not joined a project on the hub",
            hint="`tidelog hub join --project NAME` joins it",
        )


class State(StrEnum):
    """none: no hub is set. online: the last round came through. offline: the hub does not answer;
    it is asked again and again. stopped: it says no, or nobody is at it."""

    NONE = "none"
    ONLINE = "online"
    OFFLINE = "offline"
    STOPPED = "stopped"


_SAYS_NO = (ProtocolMismatch, NotGranted, NotJoined, ProjectBroken, InvalidArguments)
"""What asking again does not change: a person has to do something."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The state, what the last attempt failed with in words and as a code, and how many failed in a
    row."""

    state: State = State.NONE
    error: str = ""
    failures: int = 0
    code: str = ""

    def after(self, failure: TidelogError | None) -> "Standing":
        """How things stand after an attempt that failed so, or did not fail."""
        if failure is None:
            return Standing(State.ONLINE)
        if isinstance(failure, _SAYS_NO):
            hint = f"; {failure.hint}" if failure.hint else ""
            return Standing(State.STOPPED, failure.message + hint, self.failures + 1, failure.code)
        return Standing(State.OFFLINE, failure.message, self.failures + 1, failure.code)

    def pause_seconds(self, backoff: Backoff, poll_seconds: float, chance: float) -> float:
        """How long to do nothing when nothing happens; `chance` is drawn from [0, 1)."""
        match self.state:
            case State.ONLINE:
                return jittered(poll_seconds, chance)
            case State.OFFLINE:
                return backoff.wait(self.failures, chance)
            case _:
                return jittered(AGAIN_SECONDS, chance)


def change_told(before: Standing, now: Standing, hub: str) -> str:
    """The line to log when the state changed; empty when it did not, or when all went well from
    the start. A failure in other words is no change of state."""
    if now.state is before.state and now.state is not State.STOPPED:
        return ""
    match now.state:
        case State.ONLINE:
            away = before.state in (State.OFFLINE, State.STOPPED)
            return f"the hub {hub} is back; syncing again" if away else ""
        case State.OFFLINE if now.code == HubUnreachable.code:
            return f"{now.error}; working offline"
        case State.OFFLINE:
            return f"sync waits: {now.error}"
        case State.STOPPED if now.error != before.error:
            return f"sync stopped, local work goes on: {now.error}"
        case _:
            return ""
