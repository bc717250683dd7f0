"""Asking the doctor, and letting it repair."""

import json

from localstore.values import Row, rows_of
from tests.tidelog.laptops import Laptop

REPAIR = "`tidelog doctor --repair`"


def failed(kept: Laptop) -> list[Row]:
    """The checks that fail."""
    told: Row = json.loads(kept.command("doctor", "--json").out)
    return [check for check in rows_of(told, "checks") if check["ok"] is not True]


def repaired(kept: Laptop, code: int = 0, **variables: str) -> list[Row]:
    """What a repair does."""
    done = kept.command("doctor", "--repair", "--json", **variables)
    assert done.code == code, done.err + done.out
    told: Row = json.loads(done.out)
    assert told["ok"] is (code == 0)
    return rows_of(told, "repaired")
