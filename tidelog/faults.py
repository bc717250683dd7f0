"""A fault of tidelog's own, told in one line: a traceback helps nobody who only wants to work."""

import sys
import traceback
from pathlib import Path
from types import TracebackType


def tell_fault(
    _kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Say on standard error what failed and where, as `sys.excepthook`; the exit code is 1 then."""
    frames = traceback.extract_tb(trace)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    told = f"a fault of its own{place}: {type(error).__name__}: {error}; please report it"
    shown = "".join(mark if mark.isprintable() else " " for mark in told)
    sys.stderr.write(f"tidelog: {' '.join(shown.split())}\n")
