"""A service as a launchd agent of the user's own."""

import plistlib
from collections.abc import Sequence

RETRY_SECONDS = 30


def agent(command: Sequence[str], label: str, log: str, path: str) -> str:
    """The agent `label` that runs `command` with `path` as its PATH, and says what it says in the
    file `log`. It is started again when it fails."""
    return plistlib.dumps(
        {
            "Label": label,
            "ProgramArguments": list(command),
            "EnvironmentVariables": {"PATH": path},
            "RunAtLoad": True,
            "KeepAlive": {"SuccessfulExit": False},
            "ThrottleInterval": RETRY_SECONDS,
            "ProcessType": "Background",
            "StandardErrorPath": log,
        },
        sort_keys=False,
    ).decode()


def is_agent(text: str, prefix: str) -> bool:
    """Whether a text is an agent whose label begins with `prefix`."""
    try:
        read = plistlib.loads(text.encode())
    except (ValueError, plistlib.InvalidFileException):
        return False
    return isinstance(read, dict) and str(read.get("Label")).startswith(prefix)
