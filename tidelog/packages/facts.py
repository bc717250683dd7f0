"""What every package says of tidelog, each fact from the one place that tells it."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from tidelog import __version__

ROOT = Path(__file__).parent.parent.parent
"""The checkout."""
PUBLISHER = "OWNER"
"""Stands in the registry's name until whoever publishes has put their own account there."""

_REGISTRY_NAME = re.compile(r"<!-- mcp-name: ([a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+) -->")


@dataclass(frozen=True, slots=True)
class Facts:
    """Name, version and so on. `registry_name` is the server's name in the MCP registry, and
    `pins` the versions of other packages that tidelog is known to work with, `name==version`."""

    name: str
    version: str
    description: str
    author: str
    license: str
    keywords: tuple[str, ...]
    requires_python: str
    registry_name: str
    pins: tuple[str, ...]

    @property
    def requirement(self) -> str:
        """The package at exactly this version, as `uvx` takes it: the texts around it describe the
        tools of this version and no other."""
        return f"{self.name}@{self.version}"

    @property
    def needs_publisher(self) -> bool:
        """Whether nobody has put their account into the registry's name yet."""
        return PUBLISHER in self.registry_name


def read_facts() -> Facts:
    """Read the facts: the version from the code, the rest from pyproject.toml, README.md, where
    the registry looks for its name, and constraints.txt.

    Raises:
        ValueError: README.md does not hold exactly one registry name.
    """
    project = tomllib.loads(text_of("pyproject.toml"))["project"]
    names = _REGISTRY_NAME.findall(text_of("README.md"))
    if len(names) != 1:
        raise ValueError(f"README.md has {len(names)} comments <!-- mcp-name: … -->, not one")
    return Facts(
        name=project["name"],
        version=__version__,
        description=project["description"],
        author=project["authors"][0]["name"],
        license=project["license"],
        keywords=tuple(project["keywords"]),
        requires_python=project["requires-python"],
        registry_name=names[0],
        pins=tuple(text_of("constraints.txt").splitlines()),
    )


def text_of(path: str) -> str:
    """The text of a file of the checkout."""
    return (ROOT / path).read_text(encoding="utf-8")
