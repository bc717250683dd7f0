"""Everything the store refuses, as exceptions that carry fields; outer edges word them once."""

from typing import ClassVar

from localstore.values import Row, Value


class TidelogError(Exception):
    """The store refused a call. Whatever the subclass, nothing of that call was written.

    `code` is for machines, `message` says what is wrong, `hint` the way out, `details` holds
    what a caller may need to go on. `retryable` is true when the same call may succeed later.
    """

    code: ClassVar[str] = "internal"
    retryable: ClassVar[bool] = False

    def __init__(self, message: str, *, hint: str = "", details: Row | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.details: Row = details or {}

    def to_row(self) -> Row:
        """The error as a null-free row: code, message, retryable, hint if there is one, details."""
        row: Row = {"code": self.code, "message": self.message, "retryable": self.retryable}
        if self.hint:
            row["hint"] = self.hint
        return row | self.details


class InvalidArguments(TidelogError):
    """An argument breaks a rule of its field."""

    code = "invalid_arguments"

    def __init__(
        self, field: str, rule: str, *, example: Value = None, hint: str = "", got: str = ""
    ) -> None:
        """Name the `field`, the `rule` it breaks, and show a correct `example` of it."""
        details: Row = {"field": field}
        if example is not None:
            details["example"] = example
        message = f"{field}: {rule}" + (f" (got {got})" if got else "")
        super().__init__(message, hint=hint, details=details)
        self.field = field
        self.rule = rule


class NotFound(TidelogError):
    """No row has that id, ref or name."""

    code = "not_found"

    def __init__(self, entity: str, key: str, *, hint: str = "") -> None:
        super().__init__(
            f"no {entity.replace('_', ' ')} {key!r}",
            hint=hint,
            details={"entity": entity, "key": key},
        )


class VersionConflict(TidelogError):
    """The row has moved on since the caller read it."""

    code = "version_conflict"

    def __init__(self, entity: str, *, expected: int, current: Row) -> None:
        """`expected` is the version the caller named, `current` the row as it is now."""
        self.expected = expected
        self.current = current
        name = entity.replace("_", " ")
        super().__init__(
            f"this {name} is at version {current.get('version')}, not {expected}: "
            f"{current.get('updated_by')} changed it at {current.get('updated_at')}",
            hint="look at `current`, decide what still holds, and send the update again "
            "with its version",
            details={"expected_version": expected, "current": current},
        )


class Duplicate(TidelogError):
    """Something that must be one of its kind exists already."""

    code = "duplicate"

    def __init__(self, message: str, *, existing: Row, hint: str = "") -> None:
        super().__init__(message, hint=hint, details={"existing": existing})
        self.existing = existing


class CycleError(TidelogError):
    """The change would close a circle in the tree or among blockers."""

    code = "cycle"

    def __init__(self, relation: str, path: list[str]) -> None:
        """`path` runs round the circle, as refs; its last member is its first."""
        shown = " → ".join(path)
        super().__init__(
            f"that would make a circle of {relation}: {shown}",
            hint="remove or turn one of these links first",
            details={"path": list(path)},
        )
        self.path = path


class TooDeep(TidelogError):
    """The change would put an item more than five levels below its root."""

    code = "too_deep"

    def __init__(self, path: list[str], depth: int) -> None:
        """`path` runs from the root down to the deepest item, as refs."""
        super().__init__(
            f"that would be level {depth}, and 5 below the root is the deepest: "
            + " / ".join(path),
            hint="choose a parent nearer to the root",
            details={"path": list(path), "depth": depth},
        )
        self.path = path
        self.depth = depth


class Busy(TidelogError):
    """Another process held the store's write lock for longer than the timeout."""

    code = "busy"
    retryable = True

    def __init__(self, waited_seconds: float) -> None:
        super().__init__(
            f"another process kept the store locked for {waited_seconds:g} s",
            hint="nothing was written; send the same call again",
        )


class Unavailable(TidelogError):
    """The store's file is missing, unreadable, damaged, full or of another version."""

    code = "unavailable"

    def __init__(
        self, message: str, *, hint: str = "run `tidelog doctor`", details: Row | None = None
    ) -> None:
        super().__init__(message, hint=hint, details=details)


class FromNewer(Unavailable):
    """The store's file was written by a newer tidelog; nothing is wrong with it."""
