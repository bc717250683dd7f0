"""The prompts: ready-made openings for common work, each with the project's live state in it."""

from logging import DEBUG
from typing import Annotated, Any, NamedTuple, Protocol, Self

from fastmcp.exceptions import PromptError
from fastmcp.prompts.base import Message, Prompt, PromptArgument, PromptResult
from pydantic import Field, PrivateAttr
from pydantic_core import to_json

from localstore.errors import TidelogError
from localstore.fields import ItemStatus, Key, Label, Priority, Who
from localstore.models import Page, WorkItemFilter
from localstore.store import Store
from localstore.values import Row
from mcp_server.arguments import Arguments
from mcp_server.layers import Layers, foreword


class Write(Protocol):
    """Writes the text of a prompt from the store and the prompt's arguments."""

    __name__: str

    async def __call__(self, store: Store, raw: Row, /) -> str:
        """Write it, or raise what the store raises."""
        ...


Since = Annotated[str, Field(description="A time, or the token of an earlier status")]


class Refused(PromptError):
    """The store refused a prompt; `cause` says why. Expected, so it is not logged."""

    def __init__(self, cause: TidelogError) -> None:
        super().__init__(cause.message, log_level=DEBUG)
        self.cause = cause


class StandUp(Arguments):
    """Arguments of the stand-up."""

    since: Since | None = None


class PlanEpic(Arguments):
    """Arguments of planning an epic."""

    goal: Annotated[str, Field(min_length=1, description="What shall be true when it is done")]
    id: Annotated[Key, Field(description="The work item it belongs under")] | None = None


class TriageBlocked(Arguments):
    """Arguments of triage."""

    assignee: Who | None = None
    priority: Priority | None = None
    label: Label | None = None


class ReleaseNotes(Arguments):
    """Arguments of release notes."""

    since: Since | None = None
    status: Annotated[ItemStatus, Field(description="Of the items that count")] = "completed"
    label: Label | None = None
    vendor: Key | None = None


class ResolveConflicts(Arguments):
    """Arguments of resolving conflicts: none."""


async def stand_up(store: Store, raw: Row) -> str:
    """The state, or with `since` what changed, and how to report it."""
    status = await store.status(StandUp.read(raw).since)
    return _text(
        "Write a stand-up from the project status below: what was finished, what is being worked "
        "on and by whom, what is blocked and on what, and what to take up next. At most ten "
        "lines, naming items by ref. Do not invent progress that is not there.",
        status,
    )


async def plan_epic(store: Store, raw: Row) -> str:
    """A goal, its place in the tree, and how to enter the plan."""
    arguments = PlanEpic.read(raw)
    if arguments.id is not None:
        place = await store.work_item(arguments.id)
    else:
        projects = WorkItemFilter(item_type=["project"], status=["planned", "active"])
        place = await store.list_work_items(projects, Page())
    return _text(
        f"Plan an epic with this goal: {arguments.goal}\n\nBreak it into tasks that one sitting "
        "can finish, at most five levels deep, research before what depends on it. Show the plan "
        "first. When it is agreed, enter it with one call of bulk_work_items: creates with "
        "client_ref, children by parent_id '@ref', then the dependencies. Below is where it "
        "belongs; reuse what exists.",
        place,
    )


async def triage_blocked(store: Store, raw: Row) -> str:
    """The blocked items, with what is known of why."""
    arguments = TriageBlocked.read(raw)
    filters = WorkItemFilter(
        status=["blocked"],
        assignee=arguments.assignee,
        priority=[arguments.priority] if arguments.priority else None,
        labels=[arguments.label] if arguments.label else None,
        sort="priority",
    )
    blocked = await store.list_work_items(filters, Page(limit=20, detail="full"))
    return _text(
        "Triage the blocked work below, most urgent first. For each item say what it waits for "
        "(query_work_item shows its dependencies), whether that still holds, and the one next "
        "step: unblock it, hand it on, split it, or cancel it. Propose the updates; make them "
        "once they are agreed.",
        blocked,
    )


async def release_notes(store: Store, raw: Row) -> str:
    """What was finished and deployed."""
    arguments = ReleaseNotes.read(raw)
    filters = WorkItemFilter(
        status=[arguments.status], labels=[arguments.label] if arguments.label else None
    )
    finished = await store.list_work_items(filters, Page(limit=50))
    answer: Row = {"finished": finished}
    if arguments.since is not None:
        answer = {"changed": await store.status(arguments.since), **answer}
    answer["deployments"] = await store.list_deployments(arguments.vendor, Page(limit=10))
    return _text(
        "Write release notes for people who use this project, from the work and the deployments "
        "below"
        + (" that are newer than `since`" if arguments.since else "")
        + ": what is new, what is fixed, which vendors are concerned. Group by subject, one line "
        "each, ref at its end. Leave out what nobody outside would notice.",
        answer,
    )


async def resolve_conflicts(store: Store, raw: Row) -> str:
    """The open conflicts, and how to settle them."""
    ResolveConflicts.read(raw)
    conflicts = await store.conflicts("open", Page(limit=25))
    if not conflicts["total"]:
        return _text("There is no open conflict: say so, and do nothing else.", conflicts)
    return _text(
        "Go through the open conflicts below, oldest first. In each, two people or assistants "
        "changed one thing apart from each other; `summary` says what happened and what holds now, "
        "local and remote are the two values (of a text, what each changed in it) with who wrote "
        "them where and when; `ways`, where it stands, says what each `keep` of resolve_conflict "
        'would do. list_conflicts with detail="full" has what is truncated here. Look at the item '
        "(query_work_item, get_history) where the values alone do not tell what was meant. Settle "
        'those that are clear, such as texts that can stand together (keep="both") or a value that '
        "later work has overtaken, and say for each what you kept and why; ask about the others, "
        "one question each. What is not kept stays in the item's history.",
        conflicts,
    )


def _text(instruction: str, state: Row) -> str:
    return f"{instruction}\n\nThe project's state, as JSON:\n{to_json(state).decode()}"


class Described(NamedTuple):
    """What a person sees of a prompt before choosing it."""

    arguments: type[Arguments]
    title: str
    description: str


class StorePrompt(Prompt):
    """A prompt over a store."""

    _layers: Layers = PrivateAttr()
    _write: Write = PrivateAttr()

    @classmethod
    def of(cls, layers: Layers, write: Write, described: Described) -> Self:
        """The prompt that `write` writes, under its name."""
        prompt = cls(
            name=write.__name__,
            title=described.title,
            description=described.description,
            arguments=[
                PromptArgument(
                    name=name, description=field.description, required=field.is_required()
                )
                for name, field in described.arguments.model_fields.items()
            ],
        )
        prompt._layers, prompt._write = layers, write
        return prompt

    async def render(self, arguments: dict[str, Any] | None = None) -> PromptResult:
        """Write the prompt.

        Raises:
            Refused: an argument is wrong, or the store could not answer.
        """
        try:
            text, told = await self._layers.read(lambda s: self._write(s, arguments or {}))
        except TidelogError as error:
            raise Refused(error) from None
        return PromptResult([Message(foreword(told) + text)], description=self.description)


_PROMPTS: tuple[tuple[Write, Described], ...] = (
    (stand_up, Described(StandUp, "Stand-up", "What happened, what is stuck, what is next")),
    (plan_epic, Described(PlanEpic, "Plan an epic", "Break a goal into a tree of work items")),
    (
        triage_blocked,
        Described(TriageBlocked, "Triage blocked work", "Find the next step for what is stuck"),
    ),
    (
        release_notes,
        Described(ReleaseNotes, "Release notes", "Tell users what was finished and deployed"),
    ),
    (
        resolve_conflicts,
        Described(ResolveConflicts, "Resolve conflicts", "Settle what two replicas changed"),
    ),
)


def prompts_over(layers: Layers) -> list[StorePrompt]:
    """All prompts, over one project."""
    return [StorePrompt.of(layers, *described) for described in _PROMPTS]
