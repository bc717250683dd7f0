"""What was promised, and who looks at which figure."""

from benchmarks.figures import Bound

EMPTY_TOOL = "empty tool"
SQL = "SQL"
BARE = "bare"
SMALLEST = "smallest"
GIT = "git alone"
FRESH = "git gc"
OTHERWISE = "otherwise"
COPY = "COPY"
SQLITE = "SQLite"
POSTGRES = "Postgres"
NOTIFY = "NOTIFY"
IDLE = "idle"
ALONE = "1 alone"
EARLY = "at 20 %"
"""The names of the floors."""

PENDING = "pending"
"""A snapshot of many changes; of ten thousand it has a promise."""

MUST = {
    "vendor status": Bound(1),
    "hierarchy, 5 down": Bound(10),
    "hierarchy, 5 up": Bound(10),
    "full status": Bound(100),
    "status report": Bound(100),
    "one change": Bound(200),
    PENDING: Bound(3_000),
    "create": Bound(5),
    "update": Bound(5),
    "link": Bound(5),
}
"""Milliseconds: in the server, whatever the number of items, and of snapshots."""

AIM = {
    "vendor status": Bound(2, times_floor=EMPTY_TOOL),
    "hierarchy, 5 down": Bound(2),
    "hierarchy, 5 up": Bound(2),
    "full status": Bound(15),
    "status report": Bound(15),
    "one change": Bound(40),
    "create": Bound(3, times_floor=SQL, median=True),
    "update": Bound(3, times_floor=SQL, median=True),
    "link": Bound(3, times_floor=SQL, median=True),
}
"""In the server. A bare commit is a matter of the disk, so that its multiple is of medians."""

GROWTH = Bound(1.5, times_floor=SMALLEST, median=True)
"""How much longer a call may take with a hundred times the items."""

START_MUST = Bound(2_000)
START_AIM = Bound(1.3, times_floor=BARE, median=True)
MEMORY_MUST = Bound(200)
IDLE_MUST = Bound(60)
IDLE_AIM = Bound(30)
"""Milliseconds of the processor in a minute of quiet: a thousandth of it, and half of that."""
TOOLS_MUST = Bound(3_000)
LIST_MUST = Bound(2_000)
BLOAT_MUST = Bound(2, times_floor=FRESH, median=True)
DELAY_MUST = Bound(100)
FIRST_MUST = Bound(4, times_floor=COPY, median=True)
FIRST_AIM = Bound(2, times_floor=COPY, median=True)
"""The time for all rows: a quarter, and half, of the rate of COPY and upsert."""
FLAT_AIM = Bound(1.2, times_floor=EARLY, median=True)
ACROSS_MUST = Bound(1_000)
ACROSS_AIM = Bound(100, median=True)
BUSY_MUST = Bound(1.5, times_floor=IDLE, median=True)
BUSY_AIM = Bound(1.5, times_floor=IDLE)
