"""From what was read to the rows an import writes, and to what the source holds to check by."""

from collections import Counter
from collections.abc import Sequence
from copy import deepcopy
from hashlib import sha256

from gitlayer.legacy.entries import Entry, Kind, Remark
from gitlayer.legacy.facts import facts_of, needed_by, told
from gitlayer.legacy.parents import place
from gitlayer.legacy.prompts import LONGEST_BODY, Prompt
from gitlayer.legacy.reading import Fate, Legacy
from gitlayer.legacy.spellings import written_name
from localstore.entities import DEPLOYMENT, ENHANCEMENT, VENDOR, WORK_ITEM, Entity
from localstore.errors import InvalidArguments
from localstore.ids import name_key, named_id
from localstore.planned import Expected, ImportPlan, Known, PlannedRow, flattened
from localstore.validation import validate_metadata
from localstore.values import Row, Value, text_of, texts_of, to_json

LONGEST_LAYOUT = 200_000
_ITEM_FIELDS = ("assignee", "labels", "branch_name", "commit_hashes", "pr_number", "description")


def plan(legacy: Legacy, prompts: Sequence[Prompt], known: Known) -> ImportPlan:
    """Plan the import of a status file and of session prompts from elsewhere. Pure.

    Raises:
        InvalidArguments: the text by hand is longer than a report's layout may be.
    """
    if len(legacy.layout) > LONGEST_LAYOUT:
        raise InvalidArguments(
            "file",
            f"has {len(legacy.layout):,} characters of text by hand, of at most {LONGEST_LAYOUT:,}",
            hint="move some of it to a file of its own",
        )
    planning = _Planning(deepcopy(legacy), known)  # planning says more of each entry
    planning.vendors()
    planning.work_items()
    planning.deployments()
    planning.enhancements()
    for number, prompt in enumerate([*legacy.prompts, *prompts]):
        planning.prompt(prompt, legacy.notes_of_prompts.get(number, ()))
    return planning.finish(prompts)


class _Planning:
    def __init__(self, legacy: Legacy, known: Known) -> None:
        self._legacy = legacy
        self._known = known
        self._rows: list[PlannedRow] = []
        self._expected = Expected()
        self._vendors = dict(known.vendors)
        self._titles = dict(known.titles)
        self._times: Counter[str] = Counter()

    def vendors(self) -> None:
        """One row for each vendor; a further spelling of one is in its note already."""
        for entry in self._legacy.of(Kind.VENDORS):
            if entry.above is not None:
                continue
            key = name_key(entry.title)
            row_id = self._known.vendors.get(key) or named_id("vendor", key)
            self._vendors[key] = self._vendors[name_key(written_name(entry))] = row_id
            if "status" not in entry.told:
                entry.remark("no status is told; broken, as for any new vendor")
            fields: Row = {
                "id": row_id,
                "name": entry.title,
                "status": entry.told.get("status", "broken"),
                "extractor_version": entry.told.get("extractor_version"),
                "metadata": self._metadata("vendor", entry),
            }
            facts: Row = {"name": entry.title, **facts_of(entry)}
            self._add(VENDOR, fields, self._legacy.as_of, entry)
            self._expected.vendors[row_id] = facts

    def work_items(self) -> None:
        """One row for each item, each below its parent."""
        times = Counter(name_key(entry.title) for entry in self._legacy.of(Kind.WORK_ITEMS))
        for placed in place(self._legacy.of(Kind.WORK_ITEMS)):
            entry, told = placed.entry, placed.entry.told
            self._titles[name_key(entry.title)] = placed.row_id
            if times[name_key(entry.title)] > 1:  # which of them is meant cannot be told
                del self._titles[name_key(entry.title)]
            kind = str(told.get("item_type", "task"))
            fields: Row = {
                "id": placed.row_id,
                "item_type": kind,
                "title": entry.title,
                "status": told.get("status", "active"),
                "priority": told.get("priority", "P2"),
                "parent_id": placed.parent_id,
                **{name: told[name] for name in _ITEM_FIELDS if name in told},
            }
            needed = needed_by(kind, entry)
            fields["metadata"] = self._metadata(kind, entry, needed)
            created = text_of(told, "created_at") or self._legacy.as_of
            self._add(WORK_ITEM, fields, created, entry)
            facts = facts_of(entry, leave=("parent", "created_at"))
            self._expected.work_items[placed.row_id] = {
                "title": entry.title,
                "parent_id": placed.parent_id,
                **facts,
            }

    def deployments(self) -> None:
        """One row for each deployment; its id comes from all that is told of it."""
        for entry in self._legacy.of(Kind.DEPLOYMENTS):
            whole: list[Value] = [entry.told, entry.legacy, [*self._notes(entry)]]
            row_id = self._id("deployment", sha256(to_json(whole).encode()).hexdigest())
            vendor_ids = self._resolved(entry, "vendors", self._vendors)
            item_ids = self._resolved(entry, "work_items", self._titles)
            when = text_of(entry.told, "deployed_at")
            if not when:
                entry.remark("no date is told; the file's own, or else that of the import")
            fields: Row = {
                "id": row_id,
                "deployed_at": when or self._legacy.as_of or self._known.now,
                "commit_hash": entry.told.get("commit_hash"),
                "metadata": self._metadata("deployment", entry),
                "vendor_ids": vendor_ids,
                "work_item_ids": item_ids,
            }
            self._add(DEPLOYMENT, fields, when or self._legacy.as_of)
            self._expected.deployments[row_id] = {
                "vendor_ids": vendor_ids or None,
                "work_item_ids": item_ids or None,
                **facts_of(entry, leave=("vendors", "work_items")),
            }

    def enhancements(self) -> None:
        """One row for each enhancement; there is no metadata, notes are part of its description."""
        for entry in self._legacy.of(Kind.ENHANCEMENTS):
            row_id = self._id("enhancement", name_key(entry.title))
            lines = [text_of(entry.told, "description"), *self._notes(entry)]
            description = "\n".join(filter(None, lines))
            fields: Row = {
                "id": row_id,
                "title": entry.title,
                "description": description,
                "priority": entry.told.get("priority", 3),
                "status": entry.told.get("status", "planned"),
                "target_quarter": entry.told.get("target_quarter"),
                "required_principles": entry.told.get("required_principles"),
            }
            facts: Row = {"title": entry.title, **facts_of(entry, leave=("description",))}
            facts = {name: each for name, each in facts.items() if ".legacy" not in name}
            self._add(ENHANCEMENT, fields, self._legacy.as_of, entry)
            self._expected.enhancements[row_id] = facts | {"description": description or None}

    def prompt(self, prompt: Prompt, notes: Sequence[int]) -> None:
        """A session for a prompt, completed; the same prompt from two places is one."""
        row_id = named_id("import", f"prompt:{prompt.key}")
        if row_id in self._expected.prompts:
            return
        metadata: Row = {
            "token_budget": prompt.token_budget,
            "prompts_count": prompt.prompts_count,
            "yaml_frontmatter": prompt.frontmatter,
        }
        facts = flattened({"metadata": metadata})
        if len(prompt.body) > LONGEST_BODY:
            metadata["legacy"] = {"description": prompt.body}
        if notes:
            metadata["legacy_note"] = [*self._legacy.verbatim(notes)]
        fields: Row = {
            "id": row_id,
            "item_type": "session",
            "title": prompt.title,
            "description": prompt.body[:LONGEST_BODY],
            "status": "completed",
            "priority": "P2",
            "metadata": validate_metadata("session", metadata),
        }
        self._add(WORK_ITEM, fields, prompt.created_at or self._legacy.as_of)
        self._expected.prompts[row_id] = {"title": prompt.title, **facts}

    def finish(self, prompts: Sequence[Prompt]) -> ImportPlan:
        """The whole plan, with the account of every line."""
        legacy = self._legacy
        counts = Counter(legacy.fates)
        lines: Row = {"total": len(legacy.lines)}
        lines |= {fate.value: counts[fate] for fate in Fate}
        remarks = [(legacy.file, remark) for remark in legacy.remarks]
        for entry in legacy.entries:
            for each in entry.remarks:
                told_of = Remark(each.line, f"{entry.title[:60]}: {each.reason}")
                remarks.append((legacy.file, told_of))
        remarks += [(prompt.file, each) for prompt in prompts for each in prompt.remarks]
        return ImportPlan(
            rows=self._rows,
            layout=legacy.layout,
            expected=self._expected,
            lines=lines,
            skipped=[told(legacy.file, each) for each in legacy.skipped],
            flagged=[told(file, each) for file, each in remarks],
        )

    def _add(
        self, entity: Entity, fields: Row, created_at: str | None, entry: Entry | None = None
    ) -> None:
        lines = sorted({*entry.lines, *entry.notes}) if entry else []
        mapped = sum(self._legacy.fates[line] is Fate.MAPPED for line in lines)
        verbatim = tuple(self._legacy.verbatim(lines))
        self._rows.append(PlannedRow(entity, fields, created_at, verbatim, mapped))

    def _id(self, kind: str, key: str) -> str:
        self._times[f"{kind}:{key}"] += 1
        return named_id("import", f"{kind}:{key}#{self._times[f'{kind}:{key}']}")

    def _notes(self, entry: Entry) -> list[str]:
        return self._legacy.verbatim(sorted(entry.notes))

    def _metadata(self, kind: str, entry: Entry, needed: Row | None = None) -> Row:
        """The metadata of an entry; what the rules refuse is kept as written beside it."""
        notes = self._notes(entry)
        for _ in range(1 + len(entry.told)):
            told = {
                name.removeprefix("metadata."): value
                for name, value in entry.told.items()
                if name.startswith("metadata.")
            }
            metadata: Row = (needed or {}) | told
            if entry.legacy:
                metadata["legacy"] = dict(entry.legacy)
            if notes:
                metadata["legacy_note"] = [*notes]
            try:
                return validate_metadata(kind, metadata)
            except InvalidArguments as problem:
                refused = problem.field.split(".")[1]
                if f"metadata.{refused}" not in entry.told:
                    raise
                written = entry.told.pop(f"metadata.{refused}")
                entry.keep(refused, written, problem.rule)
        raise ValueError("metadata that no rule allows")

    def _resolved(self, entry: Entry, name: str, ids: dict[str, str]) -> list[Value]:
        """The rows that an entry names; names of none are kept as written."""
        names = texts_of(entry.told, name)
        found = [ids[name_key(each)] for each in names if name_key(each) in ids]
        missing: list[Value] = [each for each in names if name_key(each) not in ids]
        if missing:
            entry.keep(name, missing, "are not known, or not the only ones of that name")
        return [*dict.fromkeys(found)]
