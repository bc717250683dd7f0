"""The files of the repository as the rules of the house look at them."""

import ast
import io
import subprocess
import tokenize
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES: tuple[str, ...] = tuple(
    tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"][
        "targets"
    ]["wheel"]["packages"]
)

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class SourceFile:
    """One text file of the repository; `path` is relative to its root, with slashes."""

    path: str
    text: str

    @property
    def is_python(self) -> bool:
        """Whether there is a syntax tree to look at."""
        return self.path.endswith(".py")

    @property
    def in_packages(self) -> bool:
        """Whether the file is shipped as code."""
        return self.path.split("/")[0] in PACKAGES

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax tree."""
        return ast.parse(self.text, self.path)

    @cached_property
    def definitions(self) -> list[tuple[str, Definition]]:
        """Every class and function at any depth, with its dotted name."""
        return list(_definitions(self.tree, ""))

    @cached_property
    def comments(self) -> list[str]:
        """Every comment, so that a rule about comments does not find strings."""
        tokens = tokenize.generate_tokens(io.StringIO(self.text).readline)
        return [token.string for token in tokens if token.type == tokenize.COMMENT]


def _definitions(node: ast.AST, prefix: str) -> Iterator[tuple[str, Definition]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Definition):
            yield prefix + child.name, child
            yield from _definitions(child, f"{prefix}{child.name}.")
        else:
            yield from _definitions(child, prefix)


@cache
def source_files() -> tuple[SourceFile, ...]:
    """Every text file that git tracks or would add, in order of path."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    ).stdout.decode()
    files = []
    for path in sorted(set(listing.split("\0")) - {""}):
        try:
            text = (ROOT / path).read_text(encoding="utf-8")
        except (UnicodeDecodeError, FileNotFoundError):
            continue  # a picture, or a file that is deleted but not yet committed
        files.append(SourceFile(path, text))
    return tuple(files)
