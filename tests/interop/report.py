"""What came of pointing a client at the server, as a table for people."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from textwrap import wrap
from types import TracebackType
from typing import Self

HEADINGS = ("client", "what it did", "result", "seconds")


@dataclass(frozen=True)
class Outcome:
    """One line of the table; `note` says why it failed, or what is worth knowing."""

    client: str
    what: str
    passed: bool
    seconds: float
    note: str = ""


Section = Callable[[], Iterable[Outcome]]
"""One kind of client: runs its checks and yields what came of each."""


class Attempt:
    """A context in which something may fail: what it was is kept, with the seconds it took."""

    def __init__(self) -> None:
        self.failure: Exception | None = None
        self._began = time.perf_counter()
        self.seconds = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        self.seconds = time.perf_counter() - self._began
        if isinstance(error, Exception):
            self.failure = error
        return self.failure is not None


def outcomes_of(name: str, section: Section) -> Iterator[Outcome]:
    """The outcomes of a section; one that breaks off is a failure and not the end of the run."""
    with Attempt() as attempt:
        yield from section()
    if attempt.failure is not None:
        yield Outcome(name, "ran to its end", False, attempt.seconds, reason(attempt.failure))


def timed(client: str, what: str, check: Callable[[], str | None]) -> Outcome:
    """Run one check: passed unless it raises; the text it returns is the note."""
    note = ""
    with Attempt() as attempt:
        note = check() or ""
    if attempt.failure is not None:
        return Outcome(client, what, False, attempt.seconds, reason(attempt.failure))
    return Outcome(client, what, True, attempt.seconds, note)


def reason(failure: BaseException) -> str:
    """Why something failed, in words; of a group, each of its members."""
    if isinstance(failure, BaseExceptionGroup):
        return "; ".join(reason(each) for each in failure.exceptions)
    text = str(failure) or "failed"
    return text if isinstance(failure, AssertionError) else f"{type(failure).__name__}: {text}"


class Report:
    """The table, and how many outcomes of either kind it holds so far."""

    def __init__(self) -> None:
        self.passed = 0
        self.failed = 0

    def lines(self, outcomes: Iterable[Outcome]) -> Iterator[str]:
        """The lines of the table, each as soon as its outcome is there; at the end the count."""
        yield _line(*HEADINGS)
        yield _line("-" * 28, "-" * 52, "-" * 6, "-" * 7)
        for each in outcomes:
            self.passed, self.failed = self.passed + each.passed, self.failed + (not each.passed)
            result = "passed" if each.passed else "FAILED"
            yield _line(each.client, each.what, result, f"{each.seconds:.1f}")
            for line in each.note.splitlines()[:40]:
                yield from wrap(line, 100, initial_indent=" " * 30, subsequent_indent=" " * 30)
        yield ""
        yield f"{self.passed} passed, {self.failed} failed"


def _line(client: str, what: str, result: str, seconds: str) -> str:
    return f"{client:<28}  {what:<52}  {result:<6}  {seconds:>7}"
