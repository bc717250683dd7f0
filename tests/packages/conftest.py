"""The packages as `make packages` makes them."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from tests.packages.answers import words_of_answers
from tests.tidy_source import ROOT
from tidelog.packages.facts import Facts, read_facts


@pytest.fixture(scope="session")
def facts() -> Facts:
    """What the packages say of tidelog."""
    return read_facts()


@pytest.fixture(scope="session")
def dist(facts: Facts, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and everything that is made from it."""
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    make = [sys.executable, "-m", "tidelog.packages", str(folder)]
    subprocess.run(make, cwd=ROOT, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="session")
def answered(tmp_path_factory: pytest.TempPathFactory) -> frozenset[str]:
    """Every word that names something in answers of the server: fields, and words of states."""
    return asyncio.run(words_of_answers(tmp_path_factory.mktemp("answers")))
