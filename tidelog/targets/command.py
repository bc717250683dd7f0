"""`tidelog install` and `tidelog uninstall`."""

import difflib
import sys
from pathlib import Path

from localstore.errors import InvalidArguments
from tidelog.arguments import TOOLSETS, Arguments
from tidelog.opening import is_lost, locate, require_store
from tidelog.screen import note, say
from tidelog.targets.applying import Outcome, read_text, rewrite
from tidelog.targets.known import TARGETS
from tidelog.targets.machine import anywhere, here, this_machine
from tidelog.targets.target import NAME, Asked, Machine, Scope, Target
from tidelog.wiring import now


async def install(arguments: Arguments) -> int:
    """`tidelog install`: list what there is, or put tidelog into one of them."""
    if arguments.key is None:
        from tidelog.targets.listing import show

        return show(this_machine(), json=arguments.json)
    target = _target(arguments.key)
    asked = _asked(arguments, target, installing=True)
    file = _file(target, asked)
    if arguments.print_only:
        note(f"this belongs into {asked.machine.shown(file)}")
        sys.stdout.write(target.shown(asked))
        return 0
    done = rewrite(
        file,
        lambda before: target.installed(before, asked),
        private=target.private and asked.scope is Scope.USER,
        moment=now(),
    )
    shown = asked.machine.shown(file)
    if not done.changed:
        say("It is there already; nothing was changed:", f"  {shown}")
    else:
        say(f"{target.summary} has {asked.name} now:", f"  {shown}")
    _tell_backup(done, asked)
    say("", *target.next_steps(asked))
    return 0


async def uninstall(arguments: Arguments) -> int:
    """`tidelog uninstall`: take tidelog out of one of them."""
    target = _target(arguments.key or "")
    asked = _asked(arguments, target, installing=False)
    file = _file(target, asked)
    shown = asked.machine.shown(file)
    if arguments.print_only:
        text = read_text(file)
        after = None if text is None else target.removed(text, asked)
        note(f"this would be left of {shown}" if after else f"nothing would be left of {shown}")
        sys.stdout.write(after or "")
        return 0
    done = rewrite(
        file,
        lambda before: None if before is None else target.removed(before, asked),
        private=target.private,
        moment=now(),
    )
    if not done.changed:
        say(f"There is no {asked.name} there; nothing was changed:", f"  {shown}")
        say(*_where_else(target, asked))
        return 0
    say(f"{target.summary} is without {asked.name} now:", f"  {shown}")
    if not done.exists:
        say("Nothing else was in that file, so it is gone.")
    _tell_backup(done, asked)
    shared = ["Commit that, and it is gone for everybody."]
    say("", *(shared if asked.scope is Scope.PROJECT else []), *target.last_steps(asked))
    return 0


def _where_else(target: Target, asked: Asked) -> list[str]:
    """Where tidelog stands instead: under another name, or in the file of the other scope."""
    places: list[str] = []
    for scope in Scope:
        file = target.file(asked.machine, scope)
        text = None if file is None else read_text(file)
        if file is not None and text is not None and target.stands(text):
            where = "there under another name, to be given with --name"
            if scope is not asked.scope:
                where = f"in the file for --scope {scope.value}"
            places += [f"It stands {where}:", f"  {asked.machine.shown(file)}"]
    return places


def _tell_backup(done: Outcome, asked: Asked) -> None:
    if done.backup is not None:
        say("As it was before:", f"  {asked.machine.shown(done.backup)}")


def _target(name: str) -> Target:
    if name in TARGETS:
        return TARGETS[name]
    near = difflib.get_close_matches(name, TARGETS, n=1)
    raise InvalidArguments(
        "TARGET",
        f"there is none called {name!r}",
        hint=f"did you mean {near[0]}?" if near else "`tidelog install` lists them all",
    )


def _asked(arguments: Arguments, target: Target, *, installing: bool) -> Asked:
    """What was asked for; an absent store is a target's business."""
    machine = this_machine()
    scope = Scope(arguments.scope) if arguments.scope else _usual_scope(target, machine)
    for toolset in (arguments.toolsets or TOOLSETS[0]).split(","):
        if toolset not in TOOLSETS:
            raise InvalidArguments(
                "--toolsets", f"must be among {', '.join(TOOLSETS)}", got=toolset
            )
    setting = locate(arguments, Path.cwd())
    if arguments.home is not None:
        require_store(setting)
    if scope is Scope.PROJECT and machine.project in (machine.home, Path("/")):
        raise InvalidArguments(
            "--scope",
            f"{machine.project} is no project's folder",
            hint="go to the folder of the project first",
        )
    place = setting.place
    return Asked(
        machine=machine,
        scope=scope,
        command=_command(machine, scope) if installing else [NAME],
        store=place.home if place.store.exists() or is_lost(place) else None,
        pinned=arguments.home is not None,
        name=arguments.name,
        toolsets=arguments.toolsets,
        read_only=bool(arguments.read_only),
    )


def _command(machine: Machine, scope: Scope) -> list[str]:
    """The words that start tidelog, for this machine or for any."""
    prefix = Path(sys.prefix)
    if scope is Scope.PROJECT:
        return anywhere(prefix, machine.variables)
    return here(Path(sys.argv[0]), prefix, machine.variables)


def _usual_scope(target: Target, machine: Machine) -> Scope:
    """The user's; of a target that only projects have, the project's."""
    has_own = target.file(machine, Scope.USER) is not None
    return Scope.USER if has_own else Scope.PROJECT


def _file(target: Target, asked: Asked) -> Path:
    file = target.file(asked.machine, asked.scope)
    if file is None:
        other = "project" if asked.scope is Scope.USER else "user"
        raise InvalidArguments(
            "--scope",
            f"{target.summary} has no file for a {asked.scope.value}",
            hint=f"install it with --scope {other}",
        )
    return file
