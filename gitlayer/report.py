"""The status report for people, in the layout of the hand-kept status files it replaces."""

from functools import cache
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, FunctionLoader, StrictUndefined, select_autoescape

from gitlayer.layout import fill, layout_of
from gitlayer.pieces import ORDER
from gitlayer.report_view import inert, view_of
from localstore.values import Row

TEMPLATE = "report.md.j2"


def render_report(facts: Row, layout: str | None = None) -> str:
    """Render the facts of `Store.report_facts` as markdown, hand-written sections in their places.

    `layout` says which those are, as `gitlayer.layout` has it; without it there are none. No text
    of the store can forge a heading, list, fence, link or marker. The same facts and layout give
    the same bytes.
    """
    return fill(layout or "", render_sections(facts))


def render_into(previous: str, facts: Row) -> str:
    """Render the facts into an earlier report, which keeps what is hand-written in it, in place."""
    return fill(layout_of(previous), render_sections(facts))


def render_sections(facts: Row) -> dict[str, str]:
    """The generated sections by marker name, each from its heading to its last line."""
    template = environment().get_template(TEMPLATE)
    context = template.new_context(view_of(facts))
    return {name: "".join(template.blocks[name.replace("-", "_")](context)) for name in ORDER}


@cache
def environment() -> Environment:
    """The templates, made once. Whatever text a template prints is escaped unless it is `Inert`."""
    return Environment(
        loader=FunctionLoader(_source),
        autoescape=select_autoescape(),  # none for markdown: `finalize` does it,
        finalize=_inert,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
    )


def _inert(value: object) -> str:
    """What a template prints for a value: text as markdown that does nothing, numbers grouped."""
    if type(value) is int:
        return f"{value:,}"
    return inert(value if isinstance(value, str) else str(value))


def _source(name: str) -> str:
    """A template from the package, or, in a checkout, from the folder `templates` beside it."""
    packaged = files("gitlayer") / "templates" / "report" / name
    if packaged.is_file():
        return packaged.read_text(encoding="utf-8")
    checkout = Path(__file__).parent.parent / "templates" / "report"
    return (checkout / name).read_text(encoding="utf-8")
