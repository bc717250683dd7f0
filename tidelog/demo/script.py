"""What the demo's two assistants work on: an invented company that reads suppliers' invoices."""

from localstore.values import Row, Value

PROJECT = "Invoice Desk"

_VENDOR_LINES = """
Aldgate Paper, Amberly Tools, Arroyo Seeds, Baltic Rope, Beckett-Lane, Birch and Sons
Bluewater Pumps, Calloway Freight, Cardinal Glass, Cedar Mill, Copperfield Wire
Dockside Cranes, Dunmore Steel, Eastbank Foods, Elgin_Motors, Fairhaven Linen, Fjordline
Foundry 12, Gable Roofing, Greystone Quarry, Halden Optics, Harrow Textiles, Ivyhouse Press
Jasper Coatings, Juniper Dairy, Kestrel Couriers, Kingsway Print, Lakeshore Marine
Larkfield Farms, Marlow Ceramics, Meridian-9, Northgate Tyres, Oakhurst Timber, Orrin Valves
Pemberton Bearings, Quayside Cold Store, Redfern Hydraulics, Saltmarsh Chemicals
Sorrel Packaging, Tamar Instruments, Thornbury Lifts, Umbra Lighting, Vantage Scaffolds
Westerly Fuels, Yarrow Medical
"""
VENDORS = [name for line in _VENDOR_LINES.strip().splitlines() for name in line.split(", ")]
BROKEN = ("Fjordline", "Halden Optics", "Orrin Valves", "Quayside Cold Store")

_PLAN = """
p    project P1 Invoice Desk 2: no line typed twice
s1     session P1 Session 1: dates and currencies
t1       task P0 Read dates the way each supplier writes them
t2         task P1 Write the grammar of dates
r1           research P1 Which suppliers write years with two digits?
t3             task P2 Ask Fjordline what 03/04/26 means
t4         task P2 Collect ten sample invoices from each supplier
t5       task P2 Round Swiss francs to five rappen
t6       task P3 Show the exchange rate beside each total
s2     session P2 Session 2: scanned invoices
r2       research P1 Which OCR reads a total under a rubber stamp?
t7       task P1 Straighten crooked scans
t8       task P1 Read totals under a stamp
t9         task P2 Ask a person where the reader is unsure
t10      task P2 Refuse scans below 200 dpi, and say why
s3     session P2 Session 3: the auditors' export
t11      task P1 List every corrected total with who corrected it
t12      task P2 Write the export as CSV and as PDF
r3       research P3 How long must invoices be kept in each country?
t13      task P2 Delete what no longer has to be kept
"""
"""Indented by level: a key, the type, the priority, the title."""
WAITS = (
    ("t3", "t4"),
    ("t2", "r1"),
    ("t8", "r2"),
    ("t8", "t7"),
    ("t12", "t11"),
    ("t13", "r3"),
    ("s3", "s1"),
)
"""What waits, and what it waits for."""

LAST_SPRING = (
    ("project", "Invoice Desk 1: e-mail in, spreadsheet out"),
    ("task", "Read attachments from the mailbox"),
    ("task", "Sort invoices by supplier"),
    ("research", "Do suppliers number their invoices?"),
)
"""A project that is done: its root, then what hung below it."""

_METADATA: dict[str, Row] = {
    "project": {"description": "Read every supplier's invoices, and type no line of them twice."},
    "session": {
        "token_budget": 200_000,
        "prompts_count": 0,
        "yaml_frontmatter": {"schema_version": "1.0"},
    },
    "task": {"estimated_hours": 3},
    "research": {"research_questions": ["What do the samples say?"]},
}
DESCRIPTIONS = {
    "t1": "Half the wrong totals begin with a wrong date: 03/04 is March in one inbox and April "
    "in the next. Each supplier gets a date order of its own, learnt from its samples.",
    "t8": "Stamps sit where the total is. Try the colour channel the ink is weakest in first.",
}
ENHANCEMENTS = (
    ("Answer suppliers who ask where their money is", 2, "approved", "2027-Q1"),
    ("Read handwritten corrections", 3, "planned", "2027-Q2"),
    ("Warn before a discount runs out", 1, "implementing", "2027-Q1"),
)


def plan() -> list[Row]:
    """The plan as the operations of one bulk call: creates, each after its parent, then edges."""
    operations: list[Row] = []
    above: list[tuple[int, str]] = []
    for line in _PLAN.strip().splitlines():
        key, item_type, _ = line.split(maxsplit=2)
        column = line.index(item_type, len(key))
        above = [each for each in above if each[0] < column]
        operations.append(_create(line, above[-1][1] if above else ""))
        above.append((column, key))
    operations += [
        {
            "op": "dependency",
            "source_id": f"@{waiting}",
            "target_id": f"@{blocker}",
            "dependency_type": "depends_on",
        }
        for waiting, blocker in WAITS
    ]
    return operations


def _create(line: str, parent: str) -> Row:
    key, item_type, priority, title = line.split(maxsplit=3)
    operation: Row = {
        "op": "create",
        "client_ref": key,
        "item_type": item_type,
        "priority": priority,
        "title": title,
        "status": "active" if item_type in ("project", "session") else "planned",
        "metadata": _METADATA[item_type],
    }
    if parent:
        operation["parent_id"] = f"@{parent}"
    if key in DESCRIPTIONS:
        operation["description"] = DESCRIPTIONS[key]
    return operation


def metadata_of(item_type: str) -> Row:
    """Right metadata for a new item of a type."""
    return _METADATA[item_type]


def vendor_metadata(index: int, *, works: bool) -> Row:
    """What is known of the extractor of the vendor at `index`, made up but stable."""
    total = 12 + index * 7 % 48
    skipped = index % 3
    passing = total - skipped if works else total // 3
    formats: dict[str, Value] = {
        "excel": True,
        "csv": index % 2 == 0,
        "pdf": index % 3 != 1,
        "ocr": index % 5 == 0,
    }
    return {
        "format_support": formats,
        "test_results": {"passing": passing, "total": total, "skipped": skipped},
        "manifest_compliant": works,
    }
