"""A stream of commits into `git fast-import`."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from gitlayer.running import GitRunner, refused

MARK = ":1"
"""What a stream calls its newest commit, each in turn."""

# A few commits are unpacked again at once, and of many most become differences when they are packed
# anew: pressing them hard is time for nothing.
_WORDS = ("-c", "pack.compression=1", "fast-import", "--quiet", "--date-format=raw", "--done")


class Import:
    """Commits on their way; when they have arrived, `commit` is the id of the last one."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.commit = ""

    def write(self, commands: bytes) -> None:
        """Send commands; each commit among them has the mark `MARK`."""
        self._stream.write(commands)

    def flush(self) -> None:
        """Let git begin with what was sent."""
        self._stream.flush()


@contextmanager
def importing(git: GitRunner) -> Iterator[Import]:
    """When the block, which sends a commit or more, ends, they are on their branch; when it raises
    none is.

    Raises:
        Unavailable: git refuses.
    """
    process = git.started(_WORDS)
    if process.stdin is None:
        raise RuntimeError("git was started without a standard input")
    sent = Import(process.stdin)
    try:
        yield sent
        sent.write(b"get-mark %s\ndone\n" % MARK.encode())
    except BrokenPipeError:
        raise refused("fast-import", _ended(process)[1]) from None
    except BaseException:
        process.kill()
        _ended(process)
        raise
    printed, complaint = _ended(process)
    if process.returncode != 0:
        raise refused("fast-import", complaint)
    sent.commit = printed.decode().strip()


def _ended(process: "subprocess.Popen[bytes]") -> tuple[bytes, bytes]:
    """Wait for the process; what it printed, and what it had to say."""
    try:
        return process.communicate()
    except BrokenPipeError:
        process.wait()
        return b"", b""
