"""The report: the layout people know, whatever the rows say."""

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from gitlayer.report import open_tree, render_report
from localstore.values import Row
from tests.gitlayer.test_markdown import TEXT, structure

MARKDOWN = MarkdownIt("commonmark")


def item(ref: str, title: str, parent: str | None = None) -> Row:
    """A work item in short."""
    row: Row = {
        "ref": ref,
        "item_type": "task",
        "title": title,
        "status": "active",
        "priority": "P1",
        "assignee": title,
    }
    return row | ({"parent": parent} if parent else {})


def status(*texts: str) -> Row:
    """A status that has something in each section, worded by eight texts."""
    name, broken, root, below, ready, request, vendor, wish = texts
    return {
        "project": name,
        "as_of": "2026-03-14T16:42:07Z",
        "vendors": {"operational": 40, "total": 45, "broken": [broken]},
        "tree": [item("P-AAAAA", root) | {"progress": {"completed": 3, "total": 9}}],
        "in_progress": {"total": 1, "items": [item("T-BBBBB", below, "P-AAAAA")]},
        "blocked": {"total": 0, "items": []},
        "ready": {"total": 1, "items": [item("T-CCCCC", ready, "T-ZZZZZ")]},
        "recent_deployments": [
            {
                "deployed_at": "2026-03-14T09:30:00Z",
                "commit": "3f78685",
                "pr_number": 142,
                "pr_title": request,
                "affected_vendors": [vendor, "Fjordline"],
                "related_work_items": [{"ref": "T-BBBBB", "title": below}],
                "test_summary": {"unit": 120, wish or "empty": 3},
                "constitutional_compliance": True,
            }
        ],
        "enhancements": [
            {
                "ref": "E-AAAAA",
                "title": wish,
                "status": "planned",
                "priority": 2,
                "target_quarter": "2026-Q3",
            }
        ],
    }


PLAIN = status("Harbour", "Opal", "Invoices", "Dates", "Francs", "Read dates", "Opal", "OCR")
WHOLE = """\
# Project Status: Harbour

2026-03-14 16:42 UTC

## Operational Vendors (40/45)

- **Opal**: broken
- and 4 more

## Active Work Items

- **Invoices** (task, active, P1) P-AAAAA, Invoices, 3/9 done
  - **Dates** (task, active, P1) T-BBBBB, Dates
- **Francs** (task, active, P1) T-CCCCC, under T-ZZZZZ, Francs

1 can be started now.

## Recent Deployments

- **2026-03-14 09:30 UTC**: PR #142 - Read dates
  - Vendors: Opal, Fjordline
  - Work items: T-BBBBB Dates
  - Tests: OCR 3, unit 120
  - Constitutional compliance: ✅

## Future Enhancements

- **OCR** (planned, priority 2, 2026-Q3) E-AAAAA
"""


def test_layout() -> None:
    """The report has vendors, the tree of open work, deployments, enhancements, in this order."""
    assert render_report(PLAIN) == WHOLE


def test_nothing_yet() -> None:
    """A status with nothing in it makes a whole report too."""
    report = render_report({"as_of": "2026-03-14T16:42:07Z"})
    assert report.count("None.") == 3
    assert "(0/0)\n\nNo vendors yet." in report


def test_all_operational() -> None:
    """When no vendor is broken it says so."""
    whole: Row = {"operational": 45, "total": 45, "broken": []}
    assert "(45/45)\n\nAll operational." in render_report(PLAIN | {"vendors": whole})


@given(texts=st.lists(TEXT, min_size=8, max_size=8))
def test_no_text_forges_structure(texts: list[str]) -> None:
    """Whatever names and titles hold, the report parses into what it does with plain words."""
    assert structure(render_report(status(*texts))) == structure(render_report(PLAIN))


@given(text=TEXT)
def test_no_text_adds_a_line(text: str) -> None:
    """Whatever a title holds, the report has the same number of lines."""
    report = render_report(status(*[text] * 8))
    assert len(report.splitlines()) == len(WHOLE.splitlines())


def test_tree_survives_a_damaged_parent() -> None:
    """An item that is its own parent is shown once, at the top."""
    own: Row = {"tree": [item("T-AAAAA", "Itself", "T-AAAAA")]}
    assert [(node.depth, node.item["title"]) for node in open_tree(own)] == [(0, "Itself")]
