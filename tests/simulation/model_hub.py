"""A hub in plain dictionaries, written from the design and not from the SQL."""

import hashlib
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from localstore.entities import ENTITIES
from localstore.exchange import Commit, HubPage, HubRow, Name, PushedRow, Receipt, Verdict
from localstore.values import Row, text_of, without_nulls
from syncd.hub import Asking, BatchRefused, HubWentBack, UnknownProject
from tests.simulation.model_rules import (
    Held,
    Tables,
    broken_rule,
    empty_tables,
    take_purgeable,
)

_PSEUDO = "name_key"


@dataclass(frozen=True, slots=True)
class Entry:
    """One history entry and the sequence number it came in under."""

    seq: int
    row: Row


@dataclass
class Project:
    """All a hub knows of one project."""

    head: int = 0
    commits: list[Commit] = field(default_factory=list)
    tables: Tables = field(default_factory=empty_tables)
    entries: list[Entry] = field(default_factory=list)
    change_ids: set[str] = field(default_factory=set)
    read: dict[str, int] = field(default_factory=dict)
    """How far those replicas had read that said hello, when they were last heard of."""
    purged: int = 0

    def copied(self) -> "Project":
        """The same again; what changes this one does not change that one."""
        tables = {name: dict(table) for name, table in self.tables.items()}
        return replace(
            self,
            commits=[*self.commits],
            tables=tables,
            entries=[*self.entries],
            change_ids={*self.change_ids},
            read={**self.read},
        )


class ModelHub:
    """One hub; each call is one transaction."""

    def __init__(self) -> None:
        self._projects: dict[str, Project] = {}

    def open_project(self, project_id: str) -> None:
        """Make the project known."""
        self._projects.setdefault(project_id, Project())

    def pull(self, asking: Asking, cursor: int, limit: int) -> HubPage:
        """What changed after `cursor`. Raises: UnknownProject, HubWentBack."""
        project = self._project(asking)
        start = bisect_right(project.entries, cursor, key=lambda entry: entry.seq)
        following = project.entries[start:]
        upto = project.head if len(following) <= limit else following[limit - 1].seq
        entries = [entry for entry in following if entry.seq <= upto]
        if len(entries) == len(following):
            upto = project.head
        rows = [
            (held.seq, HubRow(entity, dict(held.row)))
            for entity, table in project.tables.items()
            for held in table.values()
            if cursor < held.seq <= upto
        ]
        rows.sort(key=lambda each: each[0])
        return HubPage(
            rows=tuple(row for _, row in rows),
            entries=tuple(dict(entry.row) for entry in entries),
            cursor=upto,
            head=project.head,
            # What a page leaves out, because it moved on, depends on all the hub has then.
            seen=project.commits[-1] if project.commits else None,
            purged=project.purged,
        )

    def push(self, asking: Asking, rows: Sequence[PushedRow]) -> Receipt:
        """Judge rows, and keep the good ones. Raises: UnknownProject, HubWentBack, BatchRefused."""
        project = self._project(asking)
        if len({row.name for row in rows}) < len(rows):
            raise BatchRefused("a row stands twice in the batch")
        previous = project.head
        verdicts = [self.judged(project, row, asking.has_read) for row in rows]
        candidates = [n for n, verdict in enumerate(verdicts) if verdict.kind == "accepted"]
        refused = _taken(project, [rows[n] for n in candidates])
        accepted: list[PushedRow] = []
        for number in candidates:
            reason = refused.get(rows[number].name)
            if reason is None:
                accepted.append(rows[number])
            else:
                verdicts[number] = Verdict("rejected", reason)
        _number(project, accepted)
        if asking.replica_id in project.read:
            is_at_head = asking.has_read == previous
            project.read[asking.replica_id] = project.head if is_at_head else asking.has_read
        commit = project.commits[-1] if project.commits else None
        return Receipt(tuple(verdicts), previous, project.head, commit)

    def judged(self, project: Project, row: PushedRow, has_read: int) -> Verdict:
        """What a row's change ids say; accepted when only the rules are left to ask."""
        if row.name.entity not in ENTITIES:
            return Verdict("rejected", "unknown_entity")
        held = project.tables[row.name.entity].get(row.name.row_id)
        current = None if held is None else text_of(held.row, "change_id")
        if row.change_id in project.change_ids:
            return Verdict("already", current=current)
        if has_read >= project.purged and current == row.base_change_id:
            return Verdict("accepted")
        return Verdict("moved_on", current=current)

    def hello(self, asking: Asking) -> None:
        """Note how far a replica has read. Raises: UnknownProject."""
        if asking.project_id not in self._projects:
            raise UnknownProject(f"no project {asking.project_id}")
        self._projects[asking.project_id].read[asking.replica_id] = asking.has_read

    def purge(self, project_id: str, *, sparing: bool) -> int:
        """Purge what may go, however new; `sparing` those who said hello, however long ago."""
        project = self._projects.get(project_id)
        if project is None:
            return 0
        upto = min([project.head, *(project.read.values() if sparing else ())])
        taken = take_purgeable(project.tables, upto)
        if taken:
            project.purged = max(project.purged, *(held.seq for held in taken))
            project.head += 1
            _commit(project, ["purged", *(text_of(held.row, "change_id") for held in taken)])
        return len(taken)

    def save(self) -> Callable[[], None]:
        """Remember the whole hub as it is; call what this returns to be so again."""
        saved = {project_id: project.copied() for project_id, project in self._projects.items()}

        def restore() -> None:
            self._projects = {name: project.copied() for name, project in saved.items()}

        return restore

    def wipe(self) -> None:
        """Be a hub that is new."""
        self._projects = {}

    def tables(self, project_id: str) -> Tables:
        """All rows of a project."""
        project = self._projects.get(project_id)
        return project.tables if project else empty_tables()

    def entries(self, project_id: str) -> list[Row]:
        """All history of a project, in its order."""
        project = self._projects.get(project_id)
        return [entry.row for entry in project.entries] if project else []

    def _project(self, asking: Asking) -> Project:
        project = self._projects.get(asking.project_id)
        if project is None:
            raise UnknownProject(f"no project {asking.project_id}")
        if asking.seen is not None and asking.seen not in project.commits:
            raise HubWentBack(f"no commit {asking.seen.seq}")
        return project


def _taken(project: Project, candidates: Sequence[PushedRow]) -> dict[Name, str]:
    """Lay the candidates over the project's rows, all of them or one by one; why not, for those
    that break a rule."""
    before = {name: dict(table) for name, table in project.tables.items()}
    for row in candidates:
        _lay(project.tables, row)
    if not any(_broken(project.tables, before, row) for row in candidates):
        return {}
    project.tables = {name: dict(table) for name, table in before.items()}
    waiting = {row.name: row for row in candidates}
    reasons: dict[Name, str] = {}
    progress = True
    while progress:
        progress = False
        reasons = {}
        for name, row in list(waiting.items()):
            _lay(project.tables, row)
            reason = _broken(project.tables, before, row)
            if reason:
                reasons[name] = reason
                _take_back(project.tables, before, name)
            else:
                del waiting[name]
                progress = True
    return reasons


def _broken(tables: Tables, before: Tables, row: PushedRow) -> str:
    entity, row_id = row.name
    return broken_rule(tables, entity, row_id, before[entity].get(row_id))


def _take_back(tables: Tables, before: Tables, name: Name) -> None:
    del tables[name.entity][name.row_id]
    if name.row_id in before[name.entity]:
        tables[name.entity][name.row_id] = before[name.entity][name.row_id]


def _lay(tables: Tables, pushed: PushedRow) -> None:
    """The hub's row with the pushed fields over it; what is null is empty then."""
    table = tables[pushed.name.entity]
    old = table.get(pushed.name.row_id) or Held({"id": pushed.name.row_id}, 0)
    fields = dict(pushed.fields)
    name_key = fields.pop(_PSEUDO, old.name_key)
    stamp = pushed.stamp | {"change_id": pushed.change_id}
    row = without_nulls(old.row | fields | stamp)
    table[pushed.name.row_id] = Held(row, old.seq, str(name_key))


def _number(project: Project, accepted: Sequence[PushedRow]) -> None:
    for pushed in accepted:
        project.head += 1
        table = project.tables[pushed.name.entity]
        table[pushed.name.row_id] = replace(table[pushed.name.row_id], seq=project.head)
        for entry in pushed.entries:
            change_id = text_of(entry, "change_id")
            if change_id not in project.change_ids:
                project.change_ids.add(change_id)
                told = entry | {"entity": pushed.name.entity, "id": pushed.name.row_id}
                project.entries.append(Entry(project.head, without_nulls(told)))
    if accepted:
        _commit(project, [row.change_id for row in accepted])


def _commit(project: Project, what: Sequence[str]) -> None:
    before = project.commits[-1].stamp if project.commits else ""
    past = "\n".join([before, *what])
    project.commits.append(Commit(project.head, hashlib.sha256(past.encode()).hexdigest()))
