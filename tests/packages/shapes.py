"""The files of the packages as their readers see them, as far as the tests look at them."""

from pydantic import BaseModel, Field


class Variable(BaseModel):
    """A variable that a client may set."""

    name: str
    is_secret: bool = Field(default=False, alias="isSecret")
    default: str | None = None
    choices: list[str] = ["true", "false"]


class Argument(BaseModel):
    """A word of a command."""

    value: str


class Package(BaseModel):
    """One way to get and start the server."""

    identifier: str
    version: str
    runtime_hint: str = Field(alias="runtimeHint")
    arguments: list[Argument] = Field(alias="packageArguments")
    variables: list[Variable] = Field(alias="environmentVariables")


class Listing(BaseModel):
    """`server.json`."""

    name: str
    version: str
    packages: list[Package] = Field(min_length=1, max_length=1)


class Start(BaseModel):
    """How a server is started."""

    command: str
    args: list[str]
    env: dict[str, str] = {}


class Servers(BaseModel):
    """`.mcp.json`."""

    servers: dict[str, Start] = Field(alias="mcpServers")


class Entry(BaseModel):
    """The server of a bundle."""

    entry_point: str
    mcp_config: Start


class Tool(BaseModel):
    """A tool as a bundle announces it."""

    name: str
    description: str


class Question(BaseModel):
    """Something that the host asks the user."""

    required: bool = False
    default: str | bool | None = None


class Manifest(BaseModel):
    """`manifest.json` of a bundle."""

    version: str
    server: Entry
    tools: list[Tool]
    user_config: dict[str, Question]


class PluginManifest(BaseModel):
    """`plugin.json`."""

    name: str
    version: str


class Listed(PluginManifest):
    """A plugin in a catalogue."""

    source: str


class Catalogue(BaseModel):
    """`marketplace.json`."""

    name: str
    plugins: list[Listed] = Field(min_length=1, max_length=1)
