"""Settings: a flag before the environment before the file before the default."""

from pathlib import Path

import pytest

from localstore.errors import InvalidArguments
from tidelog.settings import load_settings

FILE = """
busy_timeout_seconds = 3
archive_after_days = 30
toolsets = ["core", "vendors"]
client_name = "from the file"
"""


@pytest.fixture(autouse=True)
def _nobodys_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "TOOLSETS", "CLIENT_NAME", "READ_ONLY", "HTTP_TOKEN", "DURABLE"):
        monkeypatch.delenv(f"TIDELOG_{name}", raising=False)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A settings file."""
    (tmp_path / "tidelog.toml").write_text(FILE)
    return tmp_path / "tidelog.toml"


def test_defaults(tmp_path: Path) -> None:
    """With nothing said, writes are durable, a lock is waited for 30 s, archiving takes a year."""
    values = load_settings({}, tmp_path / "tidelog.toml").values
    assert (values.durable, values.busy_timeout_seconds, values.archive_after_days) == (
        True,
        30.0,
        365,
    )
    assert (values.toolsets, values.read_only, values.http_token) == (None, False, None)


def test_file(file: Path) -> None:
    """The file beside the store is read."""
    values = load_settings({}, file).values
    assert (values.busy_timeout_seconds, values.toolsets) == (3.0, ("core", "vendors"))


def test_file_with_a_table(file: Path) -> None:
    """The file may keep the settings in a table of their own."""
    file.write_text(f"[tidelog]\n{FILE}")
    assert load_settings({}, file).values.archive_after_days == 30


def test_environment_before_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable overrules the file, and only in what it names."""
    monkeypatch.setenv("TIDELOG_TOOLSETS", "planning, archive")
    loaded = load_settings({}, file)
    assert loaded.values.toolsets == ("planning", "archive")
    assert loaded.values.client_name == "from the file"
    assert loaded.origins["toolsets"] == "TIDELOG_TOOLSETS"
    assert loaded.origins["client_name"] == f"{file}: client_name"


def test_flag_before_environment(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A flag overrules both."""
    monkeypatch.setenv("TIDELOG_TOOLSETS", "planning")
    loaded = load_settings({"toolsets": "sync", "client_name": None}, file)
    assert loaded.values.toolsets == ("sync",)
    assert loaded.origins["toolsets"] == "--toolsets"


def test_empty_variable_says_nothing(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable set to nothing leaves the setting to the file."""
    monkeypatch.setenv("TIDELOG_CLIENT_NAME", "")
    assert load_settings({}, file).values.client_name == "from the file"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("busy_timeout_seconds = -1", "busy_timeout_seconds: must be"),
        ("busy_timeout_second = 1", "`busy_timeout_second` is no setting there"),
        ("home = '/somewhere'", "`home` is no setting there"),
        ("toolsets = ", "cannot be read"),
        ("tidelog = 3", "must be a table"),
        ("durable = 'perhaps'", "durable: must be true or false"),
    ],
)
def test_wrong_file_is_named(file: Path, content: str, told: str) -> None:
    """What is wrong in the file is refused with the file, the setting and the rule."""
    file.write_text(content)
    with pytest.raises(InvalidArguments) as refused:
        load_settings({}, file)
    assert str(file) in refused.value.message
    assert told in refused.value.message


def test_wrong_variable_is_named(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is wrong in the environment is refused with the name of the variable."""
    monkeypatch.setenv("TIDELOG_DURABLE", "perhaps")
    with pytest.raises(InvalidArguments, match=r"^TIDELOG_DURABLE: must be true or false"):
        load_settings({}, file)


def test_token_does_not_print(monkeypatch: pytest.MonkeyPatch) -> None:
    """The token stands in no representation of the settings."""
    monkeypatch.setenv("TIDELOG_HTTP_TOKEN", "open sesame")
    assert "sesame" not in repr(load_settings({}))


def test_wrong_token_is_not_repeated(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    """A refusal never quotes what was given for a setting: it might be the token."""
    file.write_text("http_token = ['open sesame']")
    with pytest.raises(InvalidArguments) as refused:
        load_settings({}, file)
    assert "sesame" not in str(refused.value.to_row())
