"""`make reference`: write docs/reference anew, and the answers in the other pages."""

import sys
from functools import partial
from pathlib import Path

from tests.docs.pages import WRITTEN, filled_page, read
from tests.docs.story import ROOT
from tests.reference.written import PAGES


def main(names: list[str]) -> int:
    """Write the pages that are named, all when none is; say which changed."""
    sources = {f"docs/reference/{name}": page for name, page in PAGES.items()}
    sources |= {str(page): partial(_written, page) for page in WRITTEN}
    for path, page in sources.items():
        if names and path not in names:
            continue
        file = ROOT / path
        before = file.read_text(encoding="utf-8") if file.exists() else ""
        now = page()
        if now != before:
            file.write_text(now, encoding="utf-8")
            sys.stdout.write(f"{path} is written anew\n")
    return 0


def _written(page: Path) -> str:
    return filled_page(read(page))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
