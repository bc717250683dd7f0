"""The deployments toolset."""

from localstore.fields import Key
from localstore.models import DeploymentCreate, Page
from localstore.store import Store
from localstore.values import Row
from mcp_server.arguments import Arguments, Creates
from mcp_server.tool import ADDS, READS, Toolset

DEPLOYMENTS = Toolset("deployments")


class RecordDeployment(Creates, DeploymentCreate):
    """Arguments of `record_deployment`."""


class ListDeployments(Arguments, Page):
    """Arguments of `list_deployments`."""

    vendor: Key | None = None


@DEPLOYMENTS.tool(RecordDeployment, title="Record a deployment", traits=ADDS)
async def record_deployment(store: Store, arguments: RecordDeployment, who: str) -> Row:
    """Record a deployment, now or at deployed_at. affected_vendors: names or ids. metadata:
    {pr_number: 142, pr_title: "x", test_summary: {unit: 120}, constitutional_compliance: true}
    """
    deployment = arguments.part(DeploymentCreate)
    return await store.record_deployment(deployment, who=who, client_ref=arguments.client_ref)


@DEPLOYMENTS.tool(
    ListDeployments, title="List deployments", traits=READS, unlisted=frozenset({"detail"})
)
async def list_deployments(store: Store, arguments: ListDeployments, _who: str) -> Row:
    """Deployments, newest first."""
    return await store.list_deployments(arguments.vendor, arguments.part(Page))
