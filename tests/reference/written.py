"""The pages of docs/reference, each as the code tells it now."""

from collections.abc import Callable

from tests.docs.pages import filled_page
from tests.reference import commands, errors, settings, tools

PAGES: dict[str, Callable[[], str]] = {
    "commands.md": lambda: filled_page(commands.page()),
    "tools.md": tools.page,
    "settings.md": settings.page,
    "errors.md": errors.page,
}
"""Each page by its file's name in docs/reference."""
