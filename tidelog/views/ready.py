"""What can be started now, the most urgent first."""

from datetime import datetime

from rich.text import Text

from localstore.values import Row, number_of, rows_of
from tidelog.views.lines import grid, heading, more, said
from tidelog.views.status import item_rows


def ready_lines(listing: Row, *, now: datetime, width: int) -> list[Text]:
    """Lay out a list of ready work items."""
    items = rows_of(listing, "items")
    if not items:
        return [said("Nothing can be started now: all work is done, or waits for other work.")]
    total = number_of(listing, "total")
    lines = grid(item_rows(items, now), width=width, flexible=2)
    rest = more(total - len(items), "; --limit shows more")
    return [heading("Ready to start", total), *lines, *rest]
