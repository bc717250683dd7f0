"""Session prompts: what becomes a session, and what is refused with its line."""

import pytest

from gitlayer.legacy.planning import plan
from gitlayer.legacy.prompts import BadPrompt, read_prompt_file
from gitlayer.legacy.reading import read_status
from localstore.values import mapping_of, text_of
from tests.gitlayer.legacy.checking import EMPTY

GOOD = 'schema_version: "1.0"\ntoken_budget: 5000\nprompts_count: 1\n'


def test_all_of_the_frontmatter_is_kept() -> None:
    """Unknown keys, dates and words like yes stay as they were written."""
    text = f"---\n{GOOD}date: 2025-03-03\nnew_field: yes\nphases: [one, 2]\n---\n\n# Body\n"
    prompt = read_prompt_file("a.md", text)
    assert prompt.frontmatter == {
        "schema_version": "1.0",
        "token_budget": 5000,
        "prompts_count": 1,
        "date": "2025-03-03",
        "new_field": "yes",
        "phases": ["one", 2],
    }
    assert (prompt.body, prompt.created_at) == ("# Body", "2025-03-03T00:00:00.000000Z")


def test_named_after_its_file() -> None:
    """Without a title the file's name is the title, and a date in it the beginning."""
    prompt = read_prompt_file("prompts/2025-03-03_first.md", f"---\n{GOOD}---\nGo.")
    assert (prompt.title, prompt.created_at) == ("2025-03-03_first", "2025-03-03T00:00:00.000000Z")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("# Plain\n", 1),
        ("---\ntitle: a\n", 1),
        ("---\n---\n", 1),
        ("---\n- a\n---\n", 1),
        ("---\ntitle: [\n---\n", 3),
        ("---\ntitle: a\ntitle: b\n---\n", 3),
        ('---\nschema_version: "1.0"\nprompts_count: 1\n---\n', 1),
        (f"---\n{GOOD.replace('5000', 'lots')}---\n", 3),
        (f"---\n{GOOD.replace('5000', '10')}---\n", 3),
        (f"---\n{GOOD.replace('5000', '9' * 30)}---\n", 3),
        (f"---\n{GOOD}x: .nan\n---\n", 5),
        (f"---\n{GOOD}x: !!python/object:os.system\n---\n", 5),
        (f"---\n{GOOD}x: {'[' * 3000}\n---\n", 1),
        (f"---\n{GOOD}a: &a [1]\n{'b: *a' * 2001}\n---\n", 1),
        ("---\n" + GOOD + "---\n" + "x" * 100_001, 1),
    ],
)
def test_refused_with_its_line(text: str, line: int) -> None:
    """What is no prompt is refused with the line that is wrong, never with a crash."""
    with pytest.raises(BadPrompt) as refused:
        read_prompt_file("a.md", text)
    assert refused.value.reason
    assert refused.value.line == line


def test_line_ends_do_not_make_another_prompt() -> None:
    """A prompt with Windows line ends and a byte order mark is the same prompt."""
    text = f"---\n{GOOD}---\nOne.\nTwo.\n"
    other = read_prompt_file("b.md", "\ufeff" + text.replace("\n", "\r\n"))
    assert other.key == read_prompt_file("b.md", text).key


def test_long_text_is_kept_whole() -> None:
    """A text that is longer than a description may be is whole in the metadata, and flagged."""
    body = "word " * 3000 + "end"
    prompt = read_prompt_file("a.md", f"---\n{GOOD}---\n{body}")
    fields = plan(read_status(""), [prompt], EMPTY).rows[0].fields
    metadata = mapping_of(fields, "metadata")
    assert len(text_of(fields, "description")) == 10_000
    assert mapping_of(metadata, "legacy")["description"] == body
    assert len(prompt.remarks) == 1
