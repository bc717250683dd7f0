"""The resources: what a client may read, and watch, under tidelog:// addresses."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from logging import DEBUG
from typing import Self
from urllib.parse import quote, unquote

from fastmcp.exceptions import ResourceError
from fastmcp.resources.base import Resource, ResourceContent, ResourceResult
from fastmcp.resources.template import ResourceTemplate
from pydantic import AnyUrl, PrivateAttr
from pydantic_core import to_json

from localstore.errors import TidelogError
from localstore.store import Store
from localstore.values import Row
from mcp_server.layers import Layers, foreword

STATUS = "tidelog://status"
CONFIG = "tidelog://config"
REPORT = "tidelog://report"
WORK_ITEM = "tidelog://work-items/{id}"
VENDOR = "tidelog://vendors/{name}"

JSON = "application/json"
MARKDOWN = "text/markdown"

Render = Callable[[Row], str]
Read = Callable[[], Awaitable[str]]
ReadOne = Callable[[str], Awaitable[str]]
"""Reads one member of a family: the one named by what stands in the braces."""


class Refused(ResourceError):
    """The store refused to read a resource; `cause` says why. Expected, so it is not logged."""

    def __init__(self, cause: TidelogError) -> None:
        super().__init__(cause.message, log_level=DEBUG)
        self.cause = cause


@dataclass(frozen=True)
class Subject:
    """What a resource shows: an entity, and which row of it if there are several."""

    entity: str
    key: str = ""


def subject_of(uri: str) -> Subject | None:
    """What the resource at `uri` shows; None when there is no such resource."""
    if uri in (STATUS, REPORT):
        return Subject("status")
    if uri == CONFIG:
        return Subject("configuration")
    for entity, template in (("work_item", WORK_ITEM), ("vendor", VENDOR)):
        start = template.partition("{")[0]
        key = unquote(uri.removeprefix(start)) if uri.startswith(start) else ""
        if key and "/" not in key:
            return Subject(entity, key)
    return None


def vendor_uri(name: str) -> str:
    """The address of a vendor's resource; spaces are percent-encoded."""
    return VENDOR.replace("{name}", quote(name, safe=""))


class StoreResource(Resource):
    """A resource with one fixed address."""

    _reader: Read = PrivateAttr()

    @classmethod
    def of(cls, uri: str, description: str, mime_type: str, reader: Read) -> Self:
        """The resource at `uri`, whose text `reader` reads."""
        name = uri.removeprefix("tidelog://")
        resource = cls(uri=AnyUrl(uri), name=name, description=description, mime_type=mime_type)
        resource._reader = reader
        return resource

    async def read(self) -> ResourceResult:
        """Read it.

        Raises:
            Refused: the store could not answer.
        """
        try:
            text = await self._reader()
        except TidelogError as error:
            raise Refused(error) from None
        return ResourceResult([ResourceContent(text, mime_type=self.mime_type)])


class StoreTemplate(ResourceTemplate):
    """A family of resources, told apart by what stands in the braces of their address."""

    _reader: ReadOne = PrivateAttr()

    @classmethod
    def of(cls, uri: str, description: str, reader: ReadOne) -> Self:
        """The family at the template `uri`, each member of which `reader` reads."""
        name = uri.removeprefix("tidelog://").partition("/")[0]
        template = cls(
            uri_template=uri, name=name, description=description, mime_type=JSON, parameters={}
        )
        template._reader = reader
        return template

    async def create_resource(self, uri: str, params: dict[str, str]) -> StoreResource:
        """The member of the family at `uri`."""
        return StoreResource.of(uri, "", self.mime_type, partial(self._reader, *params.values()))


def resources_over(layers: Layers, render_report: Render) -> list[StoreResource]:
    """The resources with a fixed address."""

    async def status() -> str:
        return await _json(layers, lambda store: store.status())

    async def config() -> str:
        return await _json(layers, lambda store: store.configuration())

    async def report() -> str:
        facts, told = await layers.read(lambda store: store.report_facts())
        return foreword(told) + render_report(facts)

    return [
        StoreResource.of(STATUS, "Where the project stands", JSON, status),
        StoreResource.of(CONFIG, "The project's configuration and health", JSON, config),
        StoreResource.of(REPORT, "The status report, for people", MARKDOWN, report),
    ]


def templates_over(layers: Layers) -> list[StoreTemplate]:
    """The resources for each work item and each vendor."""

    async def work_item(key: str) -> str:
        return await _json(layers, lambda store: store.work_item(key, detail="full", max_depth=1))

    async def vendor(key: str) -> str:
        return await _json(layers, lambda store: store.vendor(key))

    return [
        StoreTemplate.of(WORK_ITEM, "One work item, by id or ref", work_item),
        StoreTemplate.of(VENDOR, "One vendor, by name", vendor),
    ]


async def _json(layers: Layers, call: Callable[[Store], Awaitable[Row]]) -> str:
    row, told = await layers.read(call)
    return to_json(row | told).decode()
