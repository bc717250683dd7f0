"""A change as a commit: who, when, what it says, and how `git fast-import` takes it.

The stream's grammar is git-fast-import(1)'s; trailers are git-interpret-trailers(1)'s.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from gitlayer.importing import MARK
from gitlayer.subject import subject
from gitlayer.wording import one_line
from localstore.values import Row, number_of, parse_moment, text_of, texts_of

ENTITY, ROW, REF, VERSION, CHANGE, REPLICA, PARENTS, RESTORED = (
    "Tidelog-Entity",
    "Tidelog-Id",
    "Tidelog-Ref",
    "Tidelog-Version",
    "Tidelog-Change",
    "Tidelog-Replica",
    "Tidelog-Parents",
    "Tidelog-Restored",
)
"""The trailers' names."""

OWN_NAME = "tidelog"
_NAME_LENGTH = 100
_LATEST_SECONDS = 253_402_300_799  # the end of the year 9999, where ISO 8601 of four digits ends
_TRAILER = re.compile(r"(Tidelog-[A-Za-z]+): (.*)")


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit to be made: author, moment (seconds since 1970), what it says and what it leaves."""

    author: str
    seconds: int
    message: str
    files: Mapping[str, bytes]


def commit_of(entry: Row, files: Mapping[str, bytes]) -> Commit:
    """The commit of one history entry (with `ref` and `title`), which leaves `files` behind."""
    return Commit(
        author=text_of(entry, "changed_by"),
        seconds=_seconds(text_of(entry, "changed_at")),
        message=f"{subject(entry)}\n\n{_trailers(entry)}",
        files=files,
    )


def commit_put_back(change_id: str, seconds: int, files: Mapping[str, bytes]) -> Commit:
    """The commit that undoes what somebody else's commits did to files, after a change of ours."""
    told = f"{len(files)} file{'s' * (len(files) != 1)} put back as the store has it"
    return Commit(OWN_NAME, seconds, f"{told}\n\n{CHANGE}: {change_id}\n", files)


def encode_commit(commit: Commit, *, branch: str, parent: str | None) -> bytes:
    """The commit as fast-import reads it, on `parent`: a commit's id, or None for the first one and
    for those that follow another in one stream."""
    who = f"{_identity(commit.author)} {commit.seconds} +0000"
    keeper = f"{_identity(OWN_NAME)} {commit.seconds} +0000"
    lines = [
        f"commit refs/heads/{branch}\nmark {MARK}\nauthor {who}\ncommitter {keeper}\n".encode(),
        _counted(commit.message.encode()),
    ]
    if parent is not None:
        lines.append(f"from {parent}\n".encode())
    for path, content in commit.files.items():
        lines += [f"M 100644 inline {path}\n".encode(), _counted(content)]
    return b"".join(lines)


def encode_return(commit: Commit, *, branch: str, parent: str, tree: str) -> bytes:
    """A commit on `parent` that leaves the whole `tree` (its id) of an earlier commit behind."""
    return encode_commit(commit, branch=branch, parent=parent) + f"M 040000 {tree} \n".encode()


def trailers_of(message: str) -> dict[str, str]:
    """Our trailers in a commit's message: those of its last paragraph, each name once."""
    last = message.rstrip().rpartition("\n\n")[2]
    found = [_TRAILER.fullmatch(line) for line in last.split("\n")]
    return {match[1]: match[2] for match in found if match}


def _trailers(entry: Row) -> str:
    told = {
        ENTITY: text_of(entry, "entity"),
        ROW: text_of(entry, "id"),
        REF: text_of(entry, "ref"),
        VERSION: str(number_of(entry, "version")),
        CHANGE: text_of(entry, "change_id"),
        REPLICA: text_of(entry, "replica_id"),
        PARENTS: " ".join(texts_of(entry, "parents")),
    }
    return "".join(f"{name}: {one_line(value, 1000)}\n" for name, value in told.items() if value)


def _identity(name: str) -> str:
    """A name as git writes people; nothing in it can end the name or the line."""
    shown = one_line(name.replace("<", " ").replace(">", " "), _NAME_LENGTH) or "unknown"
    local = re.sub(r"[^A-Za-z0-9._-]+", "-", shown).strip("-.") or "unknown"
    return f"{shown} <{local}@tidelog.invalid>"


def _seconds(moment: str) -> int:
    """Whole seconds since 1970; git knows none before."""
    try:
        return min(max(int(parse_moment(moment).timestamp()), 0), _LATEST_SECONDS)
    except (ValueError, OverflowError):
        return 0


def _counted(content: bytes) -> bytes:
    return b"data %d\n%s\n" % (len(content), content)
