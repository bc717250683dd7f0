"""`server.json` says what is true, as far as that can be shown without the registry's schema."""

import re
from pathlib import Path

import pytest

from tests.packages.shapes import Listing
from tests.tidy_source import ROOT
from tidelog import __version__
from tidelog.arguments import parse
from tidelog.packages import facts as facts_of_packages
from tidelog.packages.facts import read_facts
from tidelog.settings import Settings, load_settings


@pytest.fixture
def listing(dist: Path) -> Listing:
    """The file as the registry reads it."""
    return Listing.model_validate_json((dist / "server.json").read_bytes())


def test_one_version(listing: Listing, dist: Path) -> None:
    """The file names the version of the code, and the package at that version."""
    package = listing.packages[0]
    assert listing.version == package.version == __version__
    assert (dist / f"{package.identifier}-{__version__}-py3-none-any.whl").is_file()


def test_arguments_are_the_command_lines(listing: Listing) -> None:
    """What is to be started, `uvx tidelog@VERSION` and the arguments, is a command of tidelog."""
    package = listing.packages[0]
    assert package.runtime_hint == "uvx"
    assert parse([each.value for each in package.arguments]).command == "serve"


def test_variables_are_settings(listing: Listing, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each variable is a setting. What is secret in the code is secret in the file, and whoever
    sets every default that is shown gets what they would get without."""
    fields = {f"TIDELOG_{name.upper()}": field for name, field in Settings.model_fields.items()}
    for told in listing.packages[0].variables:
        assert told.is_secret is ("SecretStr" in str(fields[told.name].annotation))
        if told.default is not None:
            monkeypatch.setenv(told.name, told.default)
            assert told.default in told.choices
    assert load_settings({}).values == Settings.model_construct()


def test_name_is_told_once_where_the_registry_looks(listing: Listing) -> None:
    """The name stands in README.md, once, and the file has it from there."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert readme.count(f"<!-- mcp-name: {listing.name} -->") == 1
    assert re.fullmatch(r"[a-zA-Z0-9.-]+/tidelog", listing.name)


@pytest.mark.parametrize("readme", ["", "<!-- mcp-name: a/b -->\n<!-- mcp-name: a/c -->"])
def test_readme_without_one_name_is_refused(readme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No name, or two, stop the release with a sentence that says what is wanted."""
    real = facts_of_packages.text_of
    monkeypatch.setattr(
        facts_of_packages, "text_of", lambda path: readme if path == "README.md" else real(path)
    )
    with pytest.raises(ValueError, match=r"README\.md has"):
        read_facts()
