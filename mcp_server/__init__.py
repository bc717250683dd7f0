"""The MCP server over the store: tools, resources, prompts, subscriptions, and two transports.

`mcp_server.server.build_server` puts it together, `mcp_server.stdio` and `.http` serve it.
"""
