"""People write into the report of the snapshots."""

from pathlib import Path

import pytest

from gitlayer.edits import REPORT, Fate
from gitlayer.repository import PROBLEM_SUFFIX
from localstore.entities import CONFIGURATION
from localstore.values import Row, text_of
from tests.gitlayer.kept import Kept, expect_restorable, fates

pytestmark = pytest.mark.anyio


async def layout(kept: Kept) -> str:
    """The stored layout of the report."""
    (row,) = await kept.world.store.rows_of(CONFIGURATION)
    return text_of(row, "report_layout")


async def test_hand_written_section_of_the_report(kept: Kept, item: Row) -> None:
    """A section written into the report by hand is kept, in place, through further changes."""
    report = kept.folder / REPORT
    report.write_text(report.read_text() + "\n## Procedures\n\nCall Ada.\n")
    edit = await kept.edit()
    assert (edit.path, edit.fate, edit.changed) == (REPORT, Fate.TAKEN, ["report_layout"])
    assert "Call Ada." in await layout(kept)
    await kept.world.item("A new one")
    await kept.snapshot()
    text = report.read_text()
    assert "Call Ada." in text
    assert "A new one" in text
    report.write_text(text.replace("Call Ada.", "Call Bob."))
    await kept.snapshot()
    assert "Call Bob." in await layout(kept)
    assert "Call Ada." not in await layout(kept)
    await kept.expect_whole()
    await expect_restorable(kept)


async def test_generated_line_of_the_report(kept: Kept, item: Row) -> None:
    """A generated line that somebody edits is written again, and kept in a note; the note stays
    until the person takes it away."""
    report = kept.folder / REPORT
    before = report.read_text()
    assert "Fix" in before
    report.write_text(before.replace("Fix", "My own words"))
    await kept.edits()
    note = Path(f"{report}{PROBLEM_SUFFIX}")
    assert "My own words" in note.read_text()
    assert report.read_text() == before
    await kept.world.item("Another")
    await kept.snapshot()
    assert "My own words" in note.read_text()
    assert await layout(kept) == ""
    note.unlink()
    await kept.expect_whole()


async def test_unreadable_report(kept: Kept, item: Row) -> None:
    """A report saved in another encoding is kept with a note, committed or not; put right, what was
    written into it is taken and the note is gone."""
    report = kept.folder / REPORT
    text = report.read_text() + "\n## Grüße\n\nan alle\n"
    report.write_bytes(text.encode("latin-1", errors="replace"))
    assert fates(await kept.edits()) == [Fate.REFUSED]
    kept.git("commit", "-q", "-a", "-m", "Mine")
    assert fates(await kept.edits()) == [Fate.REFUSED]
    report.write_text(text)
    await kept.edits()
    assert "an alle" in await layout(kept)
    assert not Path(f"{report}{PROBLEM_SUFFIX}").exists()
    await kept.snapshot()
    await kept.expect_whole()


async def test_deleted_report(kept: Kept, item: Row) -> None:
    """A report that is deleted is written again, hand-written sections included."""
    report = kept.folder / REPORT
    report.write_text(report.read_text() + "\n## Mine\n\ntext\n")
    await kept.snapshot()
    before = report.read_bytes()
    report.unlink()
    await kept.edits()
    assert report.read_bytes() == before
    await kept.expect_whole()
