"""What `tidelog doctor` asks the journal: does anything wait, and can it be read."""

from localstore.values import Row
from tidelog.journal import LEFT_FILE, Journal
from tidelog.snapshot_checks import told
from tidelog.views.lines import age, count
from tidelog.wiring import now


def journal_check(journal: Journal) -> Row:
    """Whether changes wait for the store, and whether lines of the journal are damaged."""
    found, left = journal.found(), journal.left()
    problems = []
    if found.damaged:
        lines = count(found.damaged, "line")
        problems.append(f"{lines} of it cannot be read; what else waits comes into the store")
    if left.lines:
        lines = count(len(left.lines), "call")
        problems.append(f"{lines} in {LEFT_FILE} only a newer tidelog can take in")
    waits = []
    if found.lines:
        verb = "waits" if found.changes == 1 else "wait"
        waits.append(
            f"{count(found.changes, 'change')} {verb} since {age(found.since, now())}; the next "
            "command or the daemon brings them in once the store can be written"
        )
    if problems:
        repair = "nothing of it is ever deleted: what was set aside is in set-aside"
        if left.lines:
            repair = "upgrade tidelog; the next command takes them in"
        return told("journal", False, "; ".join([*waits, *problems]), repair)
    return told("journal", True, "; ".join(waits) or "nothing waits")
