"""What has to be on the disk before anybody may rely on it."""

import os
from pathlib import Path


def to_disk(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk. Raises: OSError."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
