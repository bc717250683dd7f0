"""What every test shares: asynchronous tests run on asyncio, as the server does."""

import pytest


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """The event loop that tests marked `anyio` run on."""
    return "asyncio"
