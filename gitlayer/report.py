"""The status report for people, in the layout of the hand-kept status files it replaces."""

from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, FunctionLoader

from gitlayer.markdown import escape
from localstore.values import Row, mapping_of, number_of, rows_of, text_of, texts_of

TEMPLATE = "report.md.j2"


class Inert(str):
    """Text that is markdown already; Jinja2 prints it as it is."""

    __slots__ = ()

    def __html__(self) -> str:
        return self


@dataclass(slots=True)
class Node:
    """An open work item and the open items below it."""

    item: Row
    depth: int = 0
    children: list["Node"] = field(default_factory=list)

    @property
    def indent(self) -> Inert:
        """The space before its bullet."""
        return Inert("  " * self.depth)


def render_report(status: Row) -> str:
    """Render a status row as markdown; no text in it can forge a heading, list, fence or link."""
    return (
        environment()
        .get_template(TEMPLATE)
        .render(
            as_of=text_of(status, "as_of"),
            project=text_of(status, "project"),
            vendors=mapping_of(status, "vendors"),
            broken=texts_of(mapping_of(status, "vendors"), "broken"),
            nodes=open_tree(status),
            ready=number_of(mapping_of(status, "ready"), "total"),
            deployments=rows_of(status, "recent_deployments"),
            enhancements=rows_of(status, "enhancements"),
        )
    )


def open_tree(status: Row) -> list[Node]:
    """The open items a status row names, as a tree in print order: each before what is below it.

    An item whose parent the status does not name stands at the top.
    """
    nodes: dict[str, Node] = {}
    for item in rows_of(status, "tree"):
        nodes[text_of(item, "ref")] = Node(item)
    for part in ("in_progress", "blocked", "ready"):
        for item in rows_of(mapping_of(status, part), "items"):
            nodes.setdefault(text_of(item, "ref"), Node(item))
    tops: list[Node] = []
    for node in nodes.values():
        parent = nodes.get(text_of(node.item, "parent"))
        (parent.children if parent and parent is not node else tops).append(node)
    return [each for top in tops for each in _in_order(top, 0)]


def _in_order(node: Node, depth: int) -> list[Node]:
    node.depth = depth
    return [node] + [each for child in node.children for each in _in_order(child, depth + 1)]


@cache
def environment() -> Environment:
    """The templates, made once. Whatever a template prints is escaped as markdown unless marked."""
    made = Environment(
        loader=FunctionLoader(_source),
        autoescape=True,
        finalize=_inert,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters["minute"] = lambda moment: f"{moment[:10]} {moment[11:16]} UTC"
    return made


def _inert(value: object) -> object:
    """What a template prints for a value: any text as markdown that does nothing."""
    return Inert(escape(value)) if type(value) is str else value


def _source(name: str) -> str:
    """A template from the package, or, in a checkout, from the folder `templates` beside it."""
    packaged = files("gitlayer") / "templates" / name
    if packaged.is_file():
        return packaged.read_text(encoding="utf-8")
    return (Path(__file__).parent.parent / "templates" / name).read_text(encoding="utf-8")
