"""The report: the layout people know, whatever the rows say."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitlayer.layout import generated_of, layout_of
from gitlayer.pieces import ORDER
from gitlayer.report import render_into, render_report, render_sections
from localstore.values import Row, Value
from tests.gitlayer.test_markdown import TEXT, structure

TEMPLATE = Path(__file__).parent.parent / "fixtures" / "legacy" / "status_template.md"
MARKERS = "".join(f"<!-- tidelog:{name} -->\n" for name in ORDER)


def counted(*items: Value, total: int | None = None, **more: Value) -> Row:
    """Some facts with how many there are."""
    return {"total": len(items) if total is None else total, "items": [*items], **more}


def deployments(request: str, suite: str, vendors: Row, work_items: Row) -> Row:
    """Two deployments, one of which tells all that can be told."""
    return counted(
        {
            "deployed_at": "2026-03-14T09:30:00.000000Z",
            "commit_hash": "3f786850e387550fdab836ed7e6dc881de23001b",
            "pr_number": 142,
            "pr_title": request,
            "tests": {suite: 3, "failed": 0, "passed": 43},
            "vendors": vendors,
            "work_items": work_items,
            "compliant": True,
        },
        {"deployed_at": "2026-03-13T09:30:00.000000Z", "vendors": counted()},
    )


def facts(*texts: str) -> Row:
    """The facts of a report that has something in each place, worded by ten texts."""
    name, version, root, below, request, wish, who, reason, suite, layout = texts
    named: Row = {"ref": "T-BBBBB", "title": below}
    return {
        "as_of": "2026-03-14T16:42:07.123456Z",
        "vendors": counted(
            {
                "name": name,
                "status": "operational",
                "extractor_version": version,
                "formats": ["excel", layout],
                "tests": {"passing": 30, "total": 34, "skipped": 2},
            },
            {"name": "Opal", "status": "broken"},
            operational=1,
        ),
        "work_items": counted(
            {
                "ref": "P-AAAAA",
                "item_type": "project",
                "title": root,
                "status": "active",
                "priority": "P2",
                "created_at": "2026-03-01T09:00:00.000000Z",
            },
            {
                "ref": "T-BBBBB",
                "item_type": "task",
                "title": below,
                "status": "blocked",
                "priority": "P0",
                "created_at": "2026-03-02T10:30:00.000000Z",
                "parent": root,
                "assignee": who,
                "blocked_by": counted(named, total=3),
                "blocked_reason": reason,
            },
        ),
        "deployments": deployments(request, suite, counted(name, "Opal"), counted(named)),
        "enhancements": counted(
            {
                "ref": "E-AAAAA",
                "title": wish,
                "status": "planned",
                "priority": 2,
                "target_quarter": "2026-Q3",
            }
        ),
    }


PLAIN = facts(
    *(
        "Alder",
        "2.7.9",
        "Invoices",
        "Dates",
        "Read dates",
        "OCR",
        "ada",
        "no samples",
        "unit",
        "csv",
    )
)
EMPTY: Row = {"as_of": "2026-01-01T00:00:00.000000Z"}
WHOLE = """\
# Project Status - 2026-03-14T16:42:07

## Operational Vendors (1/2)
- **Alder**: operational
(30/34 tests, 2 skipped)
[excel, csv] v2.7.9
- **Opal**: broken

## Active Work Items
### Invoices (project)
- **Status**: active
- **Created**: 2026-03-01 09:00:00
- **Ref**: P-AAAAA
### Dates (task)
- **Status**: blocked
- **Created**: 2026-03-02 10:30:00
- **Parent**: Invoices
- **Priority**: P0
- **Assignee**: ada
- **Blocked by**: Dates (T-BBBBB), and 2 more
- **Blocked because**: no samples
- **Ref**: T-BBBBB

## Recent Deployments
- **2026-03-14 09:30:00**: PR #142 - Read dates
- Vendors: Alder, Opal
- Work Items: Dates (T-BBBBB)
- Tests: 43 passed, 0 failed, 3 unit
- Constitutional Compliance: ✅
- **2026-03-13 09:30:00**: deployed
- Vendors: none

## Future Enhancements
- OCR (Priority: High, Q3 2026, planned, E-AAAAA)
"""


def test_layout() -> None:
    """The report has vendors, open work, deployments, enhancements, laid out as it always was."""
    assert render_report(PLAIN) == WHOLE


def test_nothing_yet() -> None:
    """A store with nothing in it makes a whole report too."""
    report = render_report(EMPTY)
    assert report.count("\nNone.\n") == 4
    assert "## Operational Vendors (0/0)\n" in report


def test_what_is_left_out_is_counted() -> None:
    """Each section says how many entries it does not show."""
    cut: Row = {
        **PLAIN,
        "vendors": counted({"name": "Opal", "status": "broken"}, total=2_501, operational=2_500),
        "work_items": counted(total=70_000),
        "deployments": counted(total=50),
        "enhancements": counted(total=3),
    }
    report = render_report(cut)
    assert "(2500/2501)\n- **Opal**: broken\n\nAnd 2,500 more.\n" in report
    assert "\nAnd 70,000 more, changed less recently.\n" in report
    assert "\nAnd 50 earlier.\n" in report
    assert report.endswith("\nAnd 3 more.\n")


@pytest.mark.parametrize(
    ("version", "shown"),
    [("2.7.9", "v2.7.9"), ("v3", "v3"), ("spring", "version spring"), ("- a", "version - a")],
)
def test_versions_look_like_versions(version: str, shown: str) -> None:
    """A version is shown as people write versions."""
    vendors = counted({"name": "Opal", "status": "broken", "extractor_version": version})
    assert f"- **Opal**: broken\n{shown}\n" in render_report({**PLAIN, "vendors": vendors})


@pytest.mark.parametrize(
    ("known", "headline"),
    [
        ({"commit_hash": "3f786850e387550fdab8"}, "commit 3f786850e387"),
        ({"pr_title": "Dates", "commit_hash": "3f"}, "commit 3f - Dates"),
        ({"pr_title": "Dates"}, "Dates"),
        ({"pr_number": 7}, "PR #7"),
    ],
)
def test_deployments_say_what_is_known(known: Row, headline: str) -> None:
    """A deployment is headed by its pull request, its commit or its title, what there is."""
    moment: Row = {"deployed_at": "2026-03-14T09:30:00.000000Z"}
    report = render_report({**PLAIN, "deployments": counted(moment | known)})
    assert f"- **2026-03-14 09:30:00**: {headline}\n" in report


@given(texts=st.lists(TEXT, min_size=10, max_size=10))
def test_no_text_forges_structure(texts: list[str]) -> None:
    """Whatever names and titles hold, the report parses into what it does with plain words."""
    assert structure(render_report(facts(*(text or "x" for text in texts)))) == structure(WHOLE)


@given(text=TEXT | st.sampled_from(WHOLE.splitlines()) | st.sampled_from(MARKERS.splitlines()))
def test_no_text_forges_a_section(text: str) -> None:
    """Whatever a title holds, the report has its five sections and nothing hand-written."""
    report = render_report(facts(*[text or "x"] * 10))
    assert layout_of(report) == MARKERS
    assert report.count("\n") == WHOLE.count("\n")


def test_hand_written_sections_stay() -> None:
    """A layout puts hand-written text between the generated sections, byte for byte."""
    mine = "## OPERATIONAL PROCEDURES\r\n\r\n```\n# keep\n```\n\n"
    layout = MARKERS.replace(
        "<!-- tidelog:deployments -->\n", f"{mine}<!-- tidelog:deployments -->\n"
    )
    report = render_report(PLAIN, layout)
    assert report == WHOLE.replace("## Recent", f"{mine}## Recent")
    assert layout_of(report) == layout


def test_an_earlier_report_is_brought_up_to_date() -> None:
    """A report of earlier facts gets the new ones, and keeps what was written into it by hand."""
    mine = "\n## HISTORICAL REFERENCE\n\n| a |\n|---|\n| 1 |"
    assert render_into(render_report(EMPTY) + mine, PLAIN) == WHOLE + mine


def test_vendors_look_as_they_did() -> None:
    """The vendors of a status file of old are written again as they stand there."""
    old = generated_of(TEMPLATE.read_text(encoding="utf-8"))["vendors"]
    pattern = r"- \*\*(.*)\*\*: (.*)\n\((\d+)/(\d+) tests\)\n\[(.*)\]\n"
    rows: list[Value] = [
        {
            "name": name,
            "status": status,
            "formats": [*formats.split(", ")],
            "tests": {"passing": int(passing), "total": int(total)},
        }
        for name, status, passing, total, formats in re.findall(pattern, old)
    ]
    told: Row = {**EMPTY, "vendors": counted(*rows, operational=37)}
    assert len(rows) == 45
    assert render_sections(told)["vendors"] == old
