"""Changing a file that belongs to somebody else: with a backup, whole or not at all."""

import errno
import os
import secrets
import stat
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from localstore.disk import to_disk
from localstore.errors import InvalidArguments, Unavailable

Edit = Callable[[str | None], str | None]
"""From a file's text to the new one; None stands for no file."""

ATTEMPTS = 5
PRIVATE = 0o600
PUBLIC = 0o666
"""What the umask takes its bits from."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a file: whether it was changed, where it was backed up, whether it is left."""

    changed: bool
    backup: Path | None = None
    exists: bool = True


@dataclass(frozen=True, slots=True)
class _Seen:
    """A file as it was read."""

    content: bytes
    mode: int
    owner: tuple[int, int]


def rewrite(file: Path, edit: Edit, *, private: bool, moment: datetime) -> Outcome:
    """Bring a file to what `edit` makes of its text.

    A symbolic link stays one: what it points at is replaced. Mode and owner stay; a new file gets
    0600 when it is `private`, else what the umask leaves. What is there is copied beside the file
    first, unless the edit leaves nothing of it. The new text is on the disk before it takes the old
    one's place, in one step. A file that changed since it was read is read and edited again.

    Raises:
        InvalidArguments: the text cannot be edited, or is no UTF-8.
        Unavailable: the file cannot be read or written. It was not changed.
    """
    try:
        real = Path(os.path.realpath(file))
        for _ in range(ATTEMPTS):
            seen = _read(real)
            before = None if seen is None else _text(file, seen.content)
            after = edit(before)
            if after == before:
                return Outcome(changed=False, exists=seen is not None)
            content = None if after is None else _bytes(file, after)
            done = _replace(file, real, (seen, content), (private, moment))
            if done is not None:
                return done
    except OSError as failure:
        raise Unavailable(
            f"{file} cannot be changed: {failure.strerror}",
            hint="nothing was changed; `--print` shows what would be written",
        ) from None
    raise Unavailable(
        f"{file} is being changed by another program all the time",
        hint="close that program and try again; nothing was changed",
    )


def read_text(file: Path) -> str | None:
    """A file's text as it stands, line ends and all; None when there is none.

    Raises:
        InvalidArguments: it is no UTF-8.
        Unavailable: it cannot be read.
    """
    try:
        seen = _read(file)
    except OSError as failure:
        raise Unavailable(f"{file} cannot be read: {failure.strerror}", hint="") from None
    return None if seen is None else _text(file, seen.content)


def _replace(
    file: Path,
    real: Path,
    change: tuple[_Seen | None, bytes | None],
    how: tuple[bool, datetime],
) -> Outcome | None:
    """Make one change; None when the file is not what it was when it was read."""
    (seen, content), (private, moment) = change, how
    if content is None:
        if _read(real) != seen:
            return None
        real.unlink()
        to_disk(real.parent)
        return Outcome(changed=True, exists=False)
    real.parent.mkdir(parents=True, exist_ok=True)
    beside = real.with_name(f".{real.name}.{secrets.token_hex(4)}.tidelog-new")
    backup = None
    replaced = False
    try:
        _write(beside, content, _mode(seen, private=private), seen)
        backup = None if seen is None else _back_up(file, seen, moment)
        if _read(real) != seen:
            return None
        beside.replace(real)
        replaced = True
    finally:
        if not replaced:
            beside.unlink(missing_ok=True)
            if backup is not None:
                backup.unlink(missing_ok=True)
    to_disk(real.parent)
    return Outcome(changed=True, backup=backup)


def _read(file: Path) -> _Seen | None:
    try:
        if not stat.S_ISREG(file.stat().st_mode):
            raise OSError(errno.EINVAL, "it is not a regular file")
        with file.open("rb") as opened:
            status = os.fstat(opened.fileno())
            return _Seen(opened.read(), status.st_mode & 0o7777, (status.st_uid, status.st_gid))
    except FileNotFoundError:
        return None


def _text(file: Path, content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as failure:
        raise InvalidArguments(
            str(file),
            f"is not UTF-8 text (byte {failure.start})",
            hint="save it as UTF-8; nothing was changed",
        ) from None


def _bytes(file: Path, text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise InvalidArguments(
            str(file), "cannot hold a path that is not UTF-8", hint="nothing was changed"
        ) from None


def _mode(seen: _Seen | None, *, private: bool) -> int | None:
    """The mode to set on the new file; None leaves it to the umask."""
    if seen is not None:
        return seen.mode
    return PRIVATE if private else None


def _write(path: Path, content: bytes, mode: int | None, seen: _Seen | None) -> None:
    """Write a new file and wait until it is on the disk; no eyes see it that may not."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    opened = os.open(path, flags, PUBLIC if mode is None else PRIVATE)
    with os.fdopen(opened, "wb") as stream:
        if mode is not None:
            if seen is not None and seen.owner != (os.geteuid(), os.getegid()):
                _give_to(opened, seen.owner)
            os.fchmod(opened, mode)
        stream.write(content)
        stream.flush()
        os.fsync(opened)


def _give_to(opened: int, owner: tuple[int, int]) -> None:
    """Hand a file to another owner where we may; else it stays ours, with the same mode."""
    try:
        os.fchown(opened, *owner)
    except PermissionError:
        return


def _back_up(file: Path, seen: _Seen, moment: datetime) -> Path:
    stem = f"{file.name}.{moment:%Y-%m-%dT%H-%M-%SZ}"
    for ending in ("", *(f"-{number}" for number in range(2, 100))):
        backup = file.with_name(f"{stem}{ending}.tidelog-backup")
        try:
            _write(backup, seen.content, seen.mode, seen)
        except FileExistsError:
            continue
        return backup
    raise FileExistsError(errno.EEXIST, "there are too many backups of this second", str(file))
