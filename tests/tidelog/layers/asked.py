"""What a matrix's cell asks: every tool there is."""

from localstore.values import Row
from mcp_server.tools import TOOLSETS


def reading() -> dict[str, Row]:
    """Every tool that reads, by name, and what to ask it; a new one is asked without arguments."""
    asked: dict[str, Row] = {
        "query_work_item": {"id": "PLACE"},
        "query_vendor_status": {"name": "Vendor number 00"},
        "list_work_items": {"query": "grammar"},
    }
    return {name: asked.get(name, {}) for name in sorted(_tools(reads=True))}


def _tools(*, reads: bool) -> set[str]:
    every = [spec for toolset in TOOLSETS.values() for spec in toolset.specs]
    return {spec.name for spec in every if spec.traits.reads == reads}
