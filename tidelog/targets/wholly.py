"""What targets have in common that are no client: nothing of theirs can be named or trimmed."""

from localstore.errors import InvalidArguments
from tidelog.targets.target import NAME, Asked


def expect_plain(asked: Asked, target: str) -> None:
    """Refuse the flags that are about a client's entry.

    Raises:
        InvalidArguments: one of them was given.
    """
    given = {
        "--name": asked.name != NAME,
        "--toolsets": bool(asked.toolsets),
        "--read-only": asked.read_only,
    }
    for flag, is_given in given.items():
        if is_given:
            raise InvalidArguments(flag, f"means nothing for {target}", hint="leave it out")


def expect_ours(file: str, *, is_ours: bool) -> None:
    """Refuse to replace or remove a file that tidelog did not write.

    Raises:
        InvalidArguments: it is not ours.
    """
    if not is_ours:
        raise InvalidArguments(
            file, "was not written by tidelog", hint="move it away first; nothing was changed"
        )
