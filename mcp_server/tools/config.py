"""The config toolset: the project's one configuration row."""

from localstore.fields import PositiveInt
from localstore.models import ConfigurationPatch
from localstore.store import Store
from localstore.values import Row
from mcp_server.arguments import Arguments, Updates
from mcp_server.tool import CHANGES_ONCE, READS, Toolset

CONFIG = Toolset("config")


class GetProjectConfiguration(Arguments):
    """Arguments of `get_project_configuration`: none."""


class UpdateProjectConfiguration(Updates, ConfigurationPatch):
    """Arguments of `update_project_configuration`."""

    version: PositiveInt


@CONFIG.tool(GetProjectConfiguration, title="Read the configuration", traits=READS)
async def get_project_configuration(
    store: Store, _arguments: GetProjectConfiguration, _who: str
) -> Row:
    """Configuration and health."""
    return await store.configuration()


@CONFIG.tool(
    UpdateProjectConfiguration,
    title="Change the configuration",
    traits=CHANGES_ONCE,
    unlisted=frozenset({"updated_by"}),
)
async def update_project_configuration(
    store: Store, arguments: UpdateProjectConfiguration, who: str
) -> Row:
    """Change the configuration at the version you read."""
    patch = arguments.part(ConfigurationPatch)
    return await store.update_configuration(arguments.version, patch, who=who)
