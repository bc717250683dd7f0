"""docs/clients.md says what the code does."""

import re

import pytest

from tests.tidelog.clients.page import PAGE, section
from tidelog.clients.catalogue import CLIENTS
from tidelog.clients.client import Client


@pytest.mark.parametrize("client", CLIENTS, ids=lambda each: each.name)
def test_each_client_is_on_the_page(client: Client) -> None:
    """The page has each client's commands, files, entry and check, as the code has them."""
    assert section(client) in PAGE.read_text("utf-8")


def test_no_other_client_is_on_the_page() -> None:
    """Every client that the page installs into is one there is, and every heading is one's."""
    page = PAGE.read_text("utf-8")
    named = set(re.findall(r"tidelog (?:un)?install ([a-z][\w-]+)", page))
    assert named == {each.name for each in CLIENTS}
    assert re.findall("^### (.*)$", page, re.MULTILINE) == [each.summary for each in CLIENTS]
