"""What a target is asked, on a machine that is described and not looked at."""

from collections.abc import Mapping
from pathlib import Path

from tidelog.targets.target import Asked, Machine, Scope


def asked(
    folder: Path,
    scope: Scope = Scope.USER,
    *,
    system: str = "linux",
    variables: Mapping[str, str] | None = None,
) -> Asked:
    """The plain question, in a project with a store below `folder`, whose user lives there too."""
    project = folder / "project"
    store = project / ".tidelog"
    store.mkdir(parents=True, exist_ok=True)
    return Asked(
        machine=Machine(folder / "home", project, system, variables or {"PATH": "/usr/bin"}),
        scope=scope,
        command=["/opt/tidelog/bin/tidelog"],
        store=store,
    )
