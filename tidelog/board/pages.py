"""Rows as pages: the templates, and what they call."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, partial

from jinja2 import ChainableUndefined, Environment, FunctionLoader, Undefined

from gitlayer.subject import subject, what_changed
from localstore.disputes import difference
from localstore.fieldnames import named_field
from localstore.values import Row, Value, format_moment, mapping_of, rows_of, text_of
from tidelog.board.choices import Choice, selects
from tidelog.board.text import rendered
from tidelog.packaged import packaged_text
from tidelog.views.lines import age, clock, count

_STEERING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
_LONG = 80
"""Characters; a longer value is told by its lines, as a difference."""

STATUSES = ("planned", "active", "blocked", "completed", "cancelled")


@dataclass(frozen=True, slots=True)
class Frame:
    """What every page needs beside its rows."""

    now: datetime
    told: Row
    """Where the rows are from, as `Layers.read` says; empty: from the store."""
    choice: Choice = field(default_factory=Choice)
    me: str = ""
    token: str = ""
    """What a form must carry; empty on a page that can change nothing."""
    mark: str = ""
    """The state that the page shows; empty on a page that nobody keeps up to date."""
    locked: str = ""
    """Why nothing can be changed, in words."""
    is_file: bool = False
    """Whether the page is to stand alone."""


def page(name: str, row: Row, frame: Frame) -> str:
    """The HTML of a page. Every text is escaped, and freed of what would steer its reader's eye."""
    template = _environment().get_template(f"{name}.html.j2")
    around = {
        "frame": frame,
        "as_of": text_of(frame.told, "as_of") or format_moment(frame.now),
        "statuses": STATUSES,
        "age": partial(_when, frame),
    }
    return template.render({**row, **around})


def _when(frame: Frame, moment: Value | Undefined) -> str:
    """How long ago something was; in a file, which is read who knows when, its day."""
    if not isinstance(moment, str):
        return ""
    return moment[:10] if frame.is_file else age(moment, frame.now)


def source_of(name: str) -> str:
    """A template or another file of the page."""
    return packaged_text(f"board/{name}")


@cache
def _environment() -> Environment:
    # What a row does not have the store leaves out: an undefined name prints nothing.
    environment = Environment(
        loader=FunctionLoader(source_of),
        autoescape=True,
        finalize=_plain,
        undefined=ChainableUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "markdown": rendered,
        "n": "{:,}".format,
        "count": count,
        "rows": lambda listing: rows_of(listing, "items"),
        "subject": subject,
        "what_changed": what_changed,
        "named": named_field,
        "told": _told,
        "clock": clock,
        "differences": _differences,
        "entry_link": _entry_link,
    }
    environment.globals |= {"source_of": source_of, "selects": selects}
    return environment


def _plain(value: object) -> object:
    return _STEERING.sub("", value) if type(value) is str else value


def _told(value: Value | Undefined) -> str:
    """A value of a field in words."""
    if value is None or isinstance(value, Undefined):
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return ", ".join(map(str, value)) or "nothing"
    return json.dumps(value, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Changed:
    """One field that a change touched: both values, or of a long text the lines that differ."""

    name: str
    old: str
    new: str
    lines: str = ""


def _differences(entry: Row) -> list[Changed]:
    """What an entry changed, field by field; of a row's beginning only what was given."""
    told = []
    for name, pair in mapping_of(entry, "changes").items():
        old, new = pair if isinstance(pair, list) and len(pair) == 2 else (None, pair)
        if name == "metadata._schema_version" or old == new:
            continue
        texts = [each if isinstance(each, str) else "" for each in (old, new)]
        if any(len(each) > _LONG or "\n" in each for each in texts):
            told.append(Changed(named_field(name), "", "", difference(*texts)))
        else:
            told.append(Changed(named_field(name), _told(old), _told(new)))
    return told


def _entry_link(entry: Row) -> str:
    """Where the row of a history entry can be looked at; empty when it has no page."""
    kinds: Mapping[str, str] = {"work_item": "items", "conflict": "conflicts"}
    folder = kinds.get(text_of(entry, "entity"))
    return f"/{folder}/{text_of(entry, 'ref')}" if folder and text_of(entry, "ref") else ""
