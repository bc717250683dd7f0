"""The tools, one module for each toolset."""

from mcp_server.tool import Toolset
from mcp_server.tools.archive import ARCHIVE
from mcp_server.tools.config import CONFIG
from mcp_server.tools.core import CORE
from mcp_server.tools.deployments import DEPLOYMENTS
from mcp_server.tools.planning import PLANNING
from mcp_server.tools.sync import SYNC
from mcp_server.tools.vendors import VENDORS

TOOLSETS: dict[str, Toolset] = {
    toolset.name: toolset
    for toolset in (CORE, VENDORS, DEPLOYMENTS, PLANNING, CONFIG, ARCHIVE, SYNC)
}
"""Every toolset by its name, in the order the tools are listed in."""

ALL_TOOLSETS = frozenset(TOOLSETS)
