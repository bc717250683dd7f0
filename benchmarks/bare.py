"""The floor of a server: fastmcp with one tool that does nothing, on stdio."""

from fastmcp import FastMCP

EMPTY = "empty"


def bare_server() -> FastMCP[None]:
    """The server; its one tool is called `EMPTY`."""
    server: FastMCP[None] = FastMCP("bare")

    @server.tool(name=EMPTY)
    def empty() -> str:
        """Do nothing."""
        return ""

    return server


if __name__ == "__main__":
    bare_server().run(show_banner=False)
