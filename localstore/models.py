"""What callers may ask of the store, as models: each field with its limits, each patch with its way
to empty a field."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from localstore.fields import (
    Branch,
    ClientRef,
    CommitHash,
    CommitHashes,
    ContextType,
    DependencyType,
    EnhancementPriority,
    EnhancementStatus,
    ExtractorVersion,
    ItemStatus,
    ItemType,
    Key,
    Keys,
    Labels,
    LongText,
    Moment,
    PositiveInt,
    Priority,
    Quarter,
    ReportLayout,
    SortOrder,
    Texts,
    Title,
    TokenBudget,
    VendorName,
    VendorStatus,
    Who,
)
from localstore.values import Value

Mapping = dict[str, Value]


class Command(BaseModel):
    """Base of everything a caller asks for: a field that is not named here is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class WorkItemCreate(Command):
    """A new work item. `parent_id` takes an id or a ref; `metadata` is checked by type."""

    item_type: ItemType
    title: Title
    description: LongText | None = None
    status: ItemStatus = "active"
    priority: Priority = "P2"
    assignee: Who | None = None
    labels: Labels | None = None
    parent_id: Key | None = None
    branch_name: Branch | None = None
    commit_hashes: CommitHashes | None = None
    pr_number: PositiveInt | None = None
    metadata: Mapping | None = None


class WorkItemPatch(Command):
    """Changes to a work item. Absent fields stay; `metadata` changes the keys it names.

    `clear` empties fields (`metadata.KEY` one key). `deleted` true deletes, with `cascade` the
    whole subtree; false brings the item back, with `cascade` what was deleted together with it.
    """

    title: Title | None = None
    description: LongText | None = None
    status: ItemStatus | None = None
    priority: Priority | None = None
    assignee: Who | None = None
    labels: Labels | None = None
    parent_id: Key | None = None
    branch_name: Branch | None = None
    commit_hashes: CommitHashes | None = None
    pr_number: PositiveInt | None = None
    metadata: Mapping | None = None
    clear: list[str] | None = None
    deleted: bool | None = None
    cascade: bool = False


class VendorCreate(Command):
    """A new vendor; it is broken until somebody says otherwise."""

    name: VendorName
    status: VendorStatus = "broken"
    extractor_version: ExtractorVersion | None = None
    metadata: Mapping | None = None


class VendorPatch(Command):
    """Changes to a vendor; `new_name` renames it."""

    new_name: VendorName | None = None
    status: VendorStatus | None = None
    extractor_version: ExtractorVersion | None = None
    metadata: Mapping | None = None
    clear: list[str] | None = None


class DeploymentCreate(Command):
    """A deployment that happened; `affected_vendors` are names, refs or ids."""

    commit_hash: CommitHash
    deployed_at: Moment | None = None
    affected_vendors: Keys | None = None
    related_work_item_ids: Keys | None = None
    metadata: Mapping | None = None


class EnhancementCreate(Command):
    """A future enhancement; priority 1 is the most urgent."""

    title: Title
    description: LongText | None = None
    priority: EnhancementPriority = 3
    status: EnhancementStatus = "planned"
    target_quarter: Quarter | None = None
    required_principles: Texts | None = None
    depends_on: Keys | None = None


class EnhancementPatch(Command):
    """Changes to an enhancement."""

    title: Title | None = None
    description: LongText | None = None
    priority: EnhancementPriority | None = None
    status: EnhancementStatus | None = None
    target_quarter: Quarter | None = None
    required_principles: Texts | None = None
    depends_on: Keys | None = None
    clear: list[str] | None = None


class ConfigurationPatch(Command):
    """Changes to the project's configuration; `current_session_id` names a session."""

    active_context_type: ContextType | None = None
    current_session_id: Key | None = None
    git_branch: Branch | None = None
    git_head_commit: CommitHash | None = None
    default_token_budget: TokenBudget | None = None
    clear: list[str] | None = None


class ConfigurationEdit(ConfigurationPatch):
    """What a person may change in the configuration's file; no tool takes the layout."""

    report_layout: ReportLayout | None = None


class WorkItemFilter(Command):
    """Which work items a list shows. All given filters must hold; lists mean any of their members,
    except `labels`, which must all be there.

    `assignee` "none" means nobody. `parent_id` gives direct children, `under` the whole subtree.
    `ready` keeps what can be started now and orders by priority, then age. `query` is full text
    and orders by rank.
    """

    item_type: list[ItemType] | None = None
    status: list[ItemStatus] | None = None
    priority: list[Priority] | None = None
    assignee: Who | None = None
    labels: Labels | None = None
    parent_id: Key | None = None
    under: Key | None = None
    ready: bool = False
    query: str | None = Field(default=None, max_length=500)
    deleted: bool = False
    sort: SortOrder = "updated"


class Page(Command):
    """Which part of a list to answer: at most `limit` rows after `cursor`, in short or in full."""

    limit: int = Field(default=25, ge=1, le=200)
    cursor: str | None = None
    detail: Literal["summary", "full"] = "summary"


class BulkCreate(Command):
    """One new item of a bulk call. Later operations may name it as `@client_ref`."""

    op: Literal["create"] = "create"
    item: WorkItemCreate
    client_ref: ClientRef | None = None


class BulkUpdate(Command):
    """One update of a bulk call."""

    op: Literal["update"] = "update"
    id: Key
    version: PositiveInt
    patch: WorkItemPatch


class BulkDependency(Command):
    """One edge of a bulk call."""

    op: Literal["dependency"] = "dependency"
    source_id: Key
    target_id: Key
    dependency_type: DependencyType = "blocks"
    remove: bool = False


BulkOperation = BulkCreate | BulkUpdate | BulkDependency
