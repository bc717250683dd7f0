"""What an answer says that is not the store's own: where it is from, how old, and what helps."""

from datetime import datetime

from localstore.errors import Busy, TidelogError
from localstore.values import Row, parse_moment
from tidelog.discovery import Place
from tidelog.layers.copies import Copy, Source


def told_of(source: Source, copy: Copy, warning: str, *, name: str = "") -> Row:
    """The fields of an answer from a copy, or under another `name` than its source's."""
    told: Row = {"source": name or source.name, "warning": warning}
    if copy.as_of:
        told["as_of"] = copy.as_of
    return told | ({"commit": copy.commit} if copy.commit else {})


def from_where(source: Source, copy: Copy, now: datetime) -> str:
    """Which source, and of when."""
    moment = f" as of {copy.as_of}, {age(copy.as_of, now)}" if copy.as_of else ""
    at = f" (commit {copy.commit[:10]})" if copy.commit else ""
    return f"{source.title}{at}{moment}"


def repair(place: Place, source: Source, failure: TidelogError) -> str:
    """What brings the store back."""
    if isinstance(failure, Busy):
        return "the store answers again when it is free, and `tidelog doctor` looks at it"
    if failure.hint and "tidelog doctor" not in failure.hint and place.store.exists():
        return failure.hint
    if source.name == "local":
        return "`tidelog doctor` looks at it"
    if source.name == "markdown":
        return "`tidelog restore --from markdown` rebuilds the store from them"
    if place.snapshots.is_dir():
        return "`tidelog restore` rebuilds the store from its snapshots"
    return "`tidelog restore --from hub` fetches the store anew"


def age(as_of: str, now: datetime) -> str:
    """How old, in one unit."""
    seconds = max(0, int((now - parse_moment(as_of)).total_seconds()))
    for size, unit in ((86_400, "days"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit} old"
    return f"{seconds} s old"
