"""`tidelog report`: the status as a document, on standard output."""

import re
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from localstore.values import Row, text_of
from tidelog.arguments import Arguments
from tidelog.discovery import FOLDER, Found, Place
from tidelog.layers.composing import read
from tidelog.opening import Setting, locate
from tidelog.progress import progress
from tidelog.screen import show_json, warn
from tidelog.wiring import open_store

_STEERING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)


async def report(arguments: Arguments) -> int:
    """`tidelog report`: print the report as markdown, or with --json the facts it is made of.

    With --at it is the report of an earlier snapshot. In a pipe or a file it is the report byte for
    byte. A terminal is spared what would steer it.

    Raises:
        Unavailable: there is no store, or it cannot be used. InvalidArguments: no such snapshot.
    """
    setting = locate(arguments, Path.cwd())
    told: Row = {}
    if arguments.at is not None:
        facts = await _facts_at(setting, arguments.at)
    else:
        facts, told = await read(setting, lambda store: store.report_facts())
    warn(told)
    if arguments.json:
        show_json(facts | told)
        return 0
    from gitlayer.report import render_report

    text = render_report(facts, text_of(facts, "layout"))
    sys.stdout.write(_STEERING.sub("", text) if sys.stdout.isatty() else text)
    return 0


async def _facts_at(setting: Setting, at: str) -> Row:
    """The facts of the report as a snapshot tells them, whether or not there is a store now."""
    from gitlayer.rebuild import rebuild_from_git
    from tidelog.keeping import existing_repository
    from tidelog.restore_git import build_store, find_commit

    repository = existing_repository(setting.place, setting.settings.values)
    with progress("Reading commits") as step:
        rebuilt = rebuild_from_git(repository, find_commit(repository, at), step=step)
    with TemporaryDirectory(prefix="tidelog-") as folder:
        place = Place(Path(folder) / FOLDER, Found.NEW)
        await build_store(place, setting, rebuilt)
        async with await open_store(place, setting.settings.values) as store:
            return await store.report_facts()
