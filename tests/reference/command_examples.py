"""An example of every command: one entry each, told as one story from top to bottom.

What is shown is run, in the form that tests/docs/pages.py describes. A new command needs an entry
here, at its place in the story, and `make reference`.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Example:
    """What is typed, and a word before it where one is needed.

    `before` is done and not shown. Of each answer at most `lines` lines are, if that is not 0.
    """

    shown: str
    text: str = ""
    before: str = ""
    lines: int = 0


EXAMPLES: dict[str, Example] = {
    "init": Example(
        before="$ mkdir invoices\n$ cd invoices\n$ git init -q",
        shown='$ tidelog init --project "Invoice Desk"',
    ),
    "serve": Example(
        shown="claude-code> get_project_status {}",
        text="Here a client called claude-code has started it and calls a tool:",
    ),
    "status": Example(
        before="""\
claude-code> create_vendor {"name": "Fjordline", "status": "operational"}
claude-code> create_vendor {"name": "Baltic Rope"}
claude-code> bulk_work_items {"operations": [
  {"op": "create", "client_ref": "p", "item_type": "project", "title": "Read every invoice",
   "metadata": {"description": "All suppliers, no typing"}},
  {"op": "create", "client_ref": "a", "item_type": "task", "title": "Collect samples",
   "parent_id": "@p", "priority": "P1"},
  {"op": "create", "client_ref": "b", "item_type": "task", "title": "Write the date parser",
   "parent_id": "@p", "labels": ["parser"]},
  {"op": "dependency", "source_id": "@a", "target_id": "@b"}]}
copilot> create_work_item {"item_type": "task", "title": "Answer Baltic Rope",
  "metadata": {"blocked_reason": "their file server is down"}, "status": "blocked"}
claude-code> record_deployment {"commit_hash": "3f786850e387550fdab836ed7e6dc881de23001b",
  "affected_vendors": ["Fjordline"], "metadata": {"pr_number": 7, "pr_title": "Read PDFs"}}
claude-code> save_enhancement {"title": "Read handwriting", "priority": 3,
  "target_quarter": "2026-Q4"}""",
        shown="$ tidelog status",
    ),
    "ready": Example(
        shown="$ tidelog ready",
    ),
    "show": Example(
        shown='$ tidelog show {Write the date parser}\n$ tidelog show "baltic rope"',
    ),
    "log": Example(
        shown="$ tidelog log --limit 4",
    ),
    "board": Example(
        shown="$ tidelog board --output status.html",
    ),
    "report": Example(
        shown="$ tidelog report",
        lines=14,
    ),
    "snapshot": Example(
        before="""\
claude-code> create_work_item {"item_type": "research", "title": "Which dates occur?"}""",
        shown="$ tidelog snapshot",
    ),
    "restore": Example(
        shown="$ tidelog restore",
    ),
    "export": Example(
        shown="$ tidelog export ../for-the-archive\n$ ls -A ../for-the-archive",
    ),
    "import": Example(
        before="""\
$ printf '%s\\n' '# Status' '' '## Operational Vendors' '' '- Fjordline' '- Cedar Mill' \\
 '' '## Notes' '' 'Ask Ben about scans.' > .project_status.md""",
        shown="$ tidelog import .project_status.md --dry-run",
    ),
    "archive": Example(
        before="""\
copilot> create_work_item {"item_type": "task", "title": "Old letterhead",
  "status": "completed"}
<!-- a day later -->""".replace("\n<!-- a day later -->", "\nwait 48 h"),
        shown="$ tidelog archive --older-than 1",
    ),
    "sync": Example(
        before="""\
$ tidelog hub start
$ tidelog hub join --project "Invoice Desk"
ben$ mkdir invoices
ben$ cd invoices
ben$ tidelog init --hub "$HUB" --project "Invoice Desk"
claude-code> create_work_item {"item_type": "task", "title": "Sort the scans"}""",
        shown="$ tidelog sync --once",
    ),
    "hub init": Example(
        shown='$ tidelog hub init "$HUB"',
        text="`$HUB` stands for an address such as `postgresql://owner@hub.example/status`.",
    ),
    "hub start": Example(
        shown="$ tidelog hub start",
    ),
    "hub stop": Example(shown="$ tidelog hub stop"),
    "hub status": Example(
        before="$ tidelog hub start",
        shown="$ tidelog hub status",
    ),
    "hub grant": Example(
        before='$ psql "$HUB" -c "CREATE ROLE ben LOGIN"',
        shown='$ tidelog hub grant ben --project "Invoice Desk"',
    ),
    "hub join": Example(
        before="ben$ cd ..\nben$ mkdir again\nben$ cd again\nben$ tidelog init",
        shown='ben$ tidelog hub join "$HUB" --project "Invoice Desk"',
    ),
    "conflicts list": Example(
        before="""\
ben$ cd ../invoices
$ tidelog sync --once
ben$ tidelog sync --once
claude-code> update_work_item {"id": "{Sort the scans}", "version": 1, "priority": "P0"}
ben:copilot> update_work_item {"id": "{Sort the scans}", "version": 1, "priority": "P3"}
$ tidelog sync --once
ben$ tidelog sync --once
$ tidelog sync --once""",
        shown="$ tidelog conflicts list",
    ),
    "conflicts show": Example(
        shown="$ tidelog conflicts show {C}",
    ),
    "conflicts resolve": Example(
        shown="$ tidelog conflicts resolve {C} --keep local",
    ),
    "doctor": Example(
        shown="$ tidelog doctor",
    ),
    "install": Example(
        shown="$ tidelog install claude-code --scope project",
    ),
    "uninstall": Example(
        shown="$ tidelog uninstall claude-code --scope project",
    ),
    "completion": Example(
        shown="$ tidelog completion bash",
        lines=2,
    ),
    "demo": Example(
        shown="$ tidelog demo",
        lines=12,
    ),
}
