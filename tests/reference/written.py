"""The pages of docs/reference, each as the code tells it now."""

from collections.abc import Callable

from tests.docs.pages import filled_page
from tests.reference import commands

PAGES: dict[str, Callable[[], str]] = {
    "commands.md": lambda: filled_page(commands.page()),
}
"""Each page by its file's name in docs/reference."""
