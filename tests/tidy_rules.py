"""The rules of the house: each looks at one file and says where, and by how much, it is exceeded.

A rule yields pairs of a name inside the file (empty for the file itself) and a figure. Its
docstring is what an author reads when it fails.
"""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.tidy_source import ROOT, Function, SourceFile, source_files

MODULE_LINES = 250
FUNCTION_LINES = 50
POSITIONAL_PARAMETERS = 4

VAGUE_WORDS = frozenset(
    ["master", "slave", "data", "info", "manager", "helper", "helpers", "util", "utils"]
)
VAGUE_VERBS = ("handle_", "process_")

# A letter in brackets keeps this file from finding itself.
_UNFINISHED = re.compile(r"\b(?:T[O]DO|FIX[M]E)\b")
_PLACES = re.compile(
    r"/(?:hom[e]|User[s])/\w|/roo[t]/\.|\w:\\User[s]\\"
    r"|pyp[i]\.org|pythonhoste[d]\.org|npmj[s]\.(?:org|com)|deb\.debia[n]\.org"
    + (f"|{re.escape(str(ROOT))}\\b" if len(ROOT.parts) > 2 else "")
)
_CLOCK_AND_ENVIRONMENT = frozenset(
    [
        "os.environ",
        "os.getenv",
        "time.time",
        "time.time_ns",
        "datetime.now",
        "datetime.utcnow",
        "datetime.today",
        "date.today",
    ]
)

Finding = tuple[str, int]


def module_lines(file: SourceFile) -> Iterator[Finding]:
    """A module has at most 250 lines."""
    if file.is_python and (lines := len(file.text.splitlines())) > MODULE_LINES:
        yield "", lines


def function_lines(file: SourceFile) -> Iterator[Finding]:
    """A function has at most 50 lines, its docstring among them."""
    for name, node in file.definitions if file.is_python else []:
        if isinstance(node, Function):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES:
                yield name, lines


def positional_parameters(file: SourceFile) -> Iterator[Finding]:
    """A function takes at most 4 positional parameters; more are keyword-only, or a model."""
    for name, node in file.definitions if file.is_python else []:
        if isinstance(node, Function):
            names = [each.arg for each in node.args.posonlyargs + node.args.args]
            count = len(names) - (names[:1] in (["self"], ["cls"]))
            if count > POSITIONAL_PARAMETERS:
                yield name, count


def type_ignores(file: SourceFile) -> Iterator[Finding]:
    """A type error is mended, not silenced."""
    if file.is_python and (count := sum("type: ignore" in each for each in file.comments)):
        yield "", count


def linter_ignores(file: SourceFile) -> Iterator[Finding]:
    """A finding of the linter is mended, not silenced."""
    if file.is_python and (count := sum("noqa" in each.lower() for each in file.comments)):
        yield "", count


def vague_names(file: SourceFile) -> Iterator[Finding]:
    """A name says what a thing is; these words say nothing."""
    if not file.is_python:
        return
    functions = {node.name for _, node in file.definitions if isinstance(node, Function)}
    names = {Path(file.path).stem, *(node.name for _, node in file.definitions)}
    for node in ast.walk(file.tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                names.add(name)
            case ast.arg(arg=name) | ast.alias(asname=str(name)):
                names.add(name)
    for name in sorted(names):
        words = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)
        verb = name in functions and name.lstrip("_").startswith(VAGUE_VERBS)
        if verb or VAGUE_WORDS & {word.lower() for word in words}:
            yield name, 1


def public_docstrings(file: SourceFile) -> Iterator[Finding]:
    """Each module, public class, public function and public method of the packages is explained."""
    if not (file.is_python and file.in_packages):
        return
    if not ast.get_docstring(file.tree):
        yield "", 1
    functions = tuple(f"{name}." for name, node in file.definitions if isinstance(node, Function))
    for name, node in file.definitions:
        public = not any(part.startswith("_") for part in name.split("."))
        inherits = {"override", "overload", "setter"} & {
            ast.unparse(each).rpartition(".")[2] for each in node.decorator_list
        }
        reachable = public and not inherits and not name.startswith(functions)
        if reachable and not ast.get_docstring(node):
            yield name, 1


def facts_of_tests(file: SourceFile) -> Iterator[Finding]:
    """Each test states its one fact in its docstring."""
    if file.is_python and Path(file.path).name.startswith("test_"):
        for name, node in file.definitions:
            is_test = isinstance(node, Function) and node.name.startswith("test_")
            if is_test and not ast.get_docstring(node):
                yield name, 1


def unfinished(file: SourceFile) -> Iterator[Finding]:
    """Nothing is left as a note to do it later."""
    if count := len(_UNFINISHED.findall(file.text)):
        yield "", count


def places(file: SourceFile) -> Iterator[Finding]:
    """No file names somebody's home folder, this checkout's path, or a package registry."""
    if count := len(_PLACES.findall(file.text)):
        yield "", count


def clock_and_environment(file: SourceFile) -> Iterator[Finding]:
    """Only tidelog/ reads the clock of the machine and the environment; others are told."""
    if file.is_python and file.in_packages and not file.path.startswith("tidelog/"):
        for node in ast.walk(file.tree):
            if isinstance(node, ast.Attribute):
                name = ".".join(ast.unparse(node).split(".")[-2:])
                if name in _CLOCK_AND_ENVIRONMENT:
                    yield name, 1


RULES: dict[str, Callable[[SourceFile], Iterator[Finding]]] = {
    "module-lines": module_lines,
    "function-lines": function_lines,
    "positional-parameters": positional_parameters,
    "type-ignores": type_ignores,
    "linter-ignores": linter_ignores,
    "vague-names": vague_names,
    "public-docstrings": public_docstrings,
    "facts-of-tests": facts_of_tests,
    "unfinished": unfinished,
    "places": places,
    "clock-and-environment": clock_and_environment,
}


def measure(rule: Callable[[SourceFile], Iterator[Finding]]) -> dict[str, int]:
    """Where the rule is exceeded in the whole repository, as `path` or `path::name`, and by what.

    A name that is defined several times in one file counts with its largest figure.
    """
    figures: dict[str, int] = {}
    for file in source_files():
        for name, figure in rule(file):
            where = f"{file.path}::{name}" if name else file.path
            figures[where] = max(figure, figures.get(where, 0))
    return figures
