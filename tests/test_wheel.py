"""The wheel is what people install, so the wheel is what is tested, away from the checkout."""

import asyncio
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from fastmcp import Client
from fastmcp.client.transports import StdioTransport

from tests.tidy_source import PACKAGES, ROOT
from tidelog import __version__

WHEEL = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"][
    "build"
]["targets"]["wheel"]
FORCED: dict[str, str] = WHEEL["force-include"]
"""Folders of templates, and where the wheel has them."""
RELEASING = ROOT / "tidelog" / "packages"
"""Makes the other packages, from a checkout."""


def environment_variables() -> dict[str, str]:
    """The present ones, without settings of tidelog and without the checkout on the path."""
    ours = ("TIDELOG_", "PYTHON")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def run(command: Sequence[str | Path], folder: Path) -> str:
    """Run a command in a folder as a newcomer would, and return what it printed.

    Raises:
        AssertionError: It failed; the message holds both of its streams.
    """
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment_variables(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source archive, built as `make wheel` builds it: with the pinned backend, no network."""
    folder = tmp_path_factory.mktemp("sdist")
    run([sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", folder], ROOT)
    return folder / f"tidelog-{__version__}.tar.gz"


@pytest.fixture(scope="module")
def wheel(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from the unpacked source archive, so that what it needs must be in there."""
    folder = tmp_path_factory.mktemp("wheel")
    shutil.unpack_archive(sdist, folder)
    unpacked = folder / f"tidelog-{__version__}"
    run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder], unpacked)
    return folder / f"tidelog-{__version__}-py3-none-any.whl"


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with our packages from the wheel and everything else borrowed.

    The borrowed folder comes last on the path and the `.pth` files in it are not read, so the
    checkout that an editable install put there stays out.
    """
    folder = tmp_path_factory.mktemp("newcomer") / "environment"
    run([sys.executable, "-m", "venv", "--without-pip", folder], ROOT)
    python = folder / "bin" / "python"
    site = run([python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], folder)
    borrowed = dict.fromkeys([sysconfig.get_path("purelib"), sysconfig.get_path("platlib")])
    Path(site.strip(), "borrowed.pth").write_text("\n".join(borrowed) + "\n", encoding="utf-8")
    install = ["install", "--disable-pip-version-check", "--no-deps", "--no-index"]
    run([sys.executable, "-m", "pip", "--python", python, *install, wheel], folder)
    return folder


def test_wheel_holds_packages_and_templates(wheel: Path) -> None:
    """The wheel holds every module, the templates its packages read and the licence; no tests, and
    not what makes the other packages."""
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    modules = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in [*(ROOT / package).rglob("*.py"), ROOT / package / "py.typed"]
        if not path.is_relative_to(RELEASING)
    }
    templates = {
        f"{target}/{path.relative_to(ROOT / source).as_posix()}"
        for source, target in FORCED.items()
        for path in (ROOT / source).rglob("*")
        if path.is_file()
    }
    assert modules | templates <= names
    assert {name for name in names if "/templates/" in name} == templates
    assert not [name for name in names if name.startswith("tidelog/packages/")]
    assert f"tidelog-{__version__}.dist-info/licenses/LICENSE" in names
    assert {name.split("/")[0] for name in names} == {*PACKAGES, f"tidelog-{__version__}.dist-info"}


def test_every_template_has_a_reader() -> None:
    """Each folder of templates goes to the package that reads it, or only into a release."""
    folders = {f"templates/{path.name}" for path in (ROOT / "templates").iterdir()}
    assert folders == {*FORCED, "templates/packages"}


def test_source_archive_can_be_built_and_tested(sdist: Path) -> None:
    """The source archive holds what a packager needs: tests, pins, make targets and the licence."""
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    needed = ["LICENSE", "Makefile", "README.md", "constraints.txt", "tests/test_wheel.py"]
    assert set(needed) <= names


def test_installed_command_works_outside_the_checkout(environment: Path, tmp_path: Path) -> None:
    """Installed from the wheel, tidelog says its version, makes a store, shows its status and
    writes its board."""
    command = environment / "bin" / "tidelog"
    assert __version__ in run([command, "--version"], tmp_path)
    assert "usage: tidelog" in run([command, "--help"], tmp_path)
    run([command, "init"], tmp_path)
    assert (tmp_path / ".tidelog" / "store.db").is_file()
    assert run([command, "status"], tmp_path).strip()
    run([command, "board", "--output", "board.html"], tmp_path)
    assert "<style>" in (tmp_path / "board.html").read_text(encoding="utf-8")


def test_installed_server_answers(environment: Path, tmp_path: Path) -> None:
    """Installed from the wheel, `tidelog serve` greets a real client and does what it is asked; the
    report, made from a template in the wheel, shows it."""

    async def create() -> str:
        command = str(environment / "bin" / "tidelog")
        transport = StdioTransport(
            command,
            ["serve", "--no-daemon"],
            env=environment_variables(),
            cwd=str(tmp_path),
            keep_alive=False,
        )
        async with Client(transport, mode="legacy") as client:
            item = {"item_type": "task", "title": "Read scanned totals"}
            await client.call_tool("create_work_item", item)
            agreed = client.initialize_result
            assert agreed is not None
            version: str = agreed.server_info.version
            return version

    assert asyncio.run(create()) == __version__
    assert "Read scanned totals" in run([environment / "bin" / "tidelog", "report"], tmp_path)


def test_installed_texts_are_the_checkouts(environment: Path, tmp_path: Path) -> None:
    """Installed from the wheel, tidelog has the texts that it writes for others."""
    code = (
        "import sys; from tidelog.packaged import packaged_text; "
        "sys.stdout.write(packaged_text(sys.argv[1]))"
    )
    python = environment / "bin" / "python"
    for name in ("skill/SKILL.md", "agents/AGENTS.md", "service/daemon.service"):
        here = (ROOT / "templates" / name).read_text(encoding="utf-8")
        assert run([python, "-c", code, name], tmp_path) == here


def test_every_package_comes_from_the_wheel(environment: Path, tmp_path: Path) -> None:
    """In the fresh environment not one of our packages is read from the checkout."""
    names = ", ".join(PACKAGES)
    code = f"import {names}; print(*(each.__file__ for each in ({names})), sep='\\n')"
    files = run([environment / "bin" / "python", "-c", code], tmp_path).splitlines()
    assert len(files) == len(PACKAGES)
    assert all(Path(file).is_relative_to(environment) for file in files)
