"""An example of every command: one entry each, told as one story from top to bottom.

What is shown is run, in the form that tests/docs/pages.py describes. A new command needs an entry
here, at its place in the story, and `make reference`.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Example:
    """What is said of a command beside its flags, and what is shown.

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
        text="It changes no file that git tracks. Where a store is already, nothing is changed; "
        "with another `--project` it gets that name. `serve` makes a store by itself.",
    ),
    "serve": Example(
        shown="claude-code> get_project_status {}",
        text="An assistant's client starts it and ends it; nobody types it. On stdio the protocol "
        "is all that standard output carries, and problems go to standard error. It keeps a "
        "process beside it that syncs with the hub, commits the snapshots, makes a backup a day "
        "and archives; that one ends with it. In the home folder and in `/` it makes no store. "
        "Here a client called claude-code has started it and calls a tool:",
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
        text="Where a hub is joined, the last lines say how sync stands.",
    ),
    "ready": Example(
        shown="$ tidelog ready",
        text="Planned and active items whose blockers are all completed or deleted, most urgent "
        "first, then oldest. It claims nothing.",
    ),
    "show": Example(
        shown='$ tidelog show {Write the date parser}\n$ tidelog show "baltic rope"',
        text="KEY is a ref in any case, an id, or the name of a vendor.",
    ),
    "log": Example(
        shown="$ tidelog log --limit 4",
        text="The history is append-only; this prints it and changes nothing. With KEY every "
        "change of one row, field by field.",
    ),
    "report": Example(
        shown="$ tidelog report",
        lines=14,
        text="Markdown on standard output. `--at` takes a commit of the snapshots or a date. To "
        "keep it in a file of the project, set `report_path`.",
    ),
    "snapshot": Example(
        before="""\
claude-code> create_work_item {"item_type": "research", "title": "Which dates occur?"}""",
        shown="$ tidelog snapshot",
        text="Commands and servers do this by themselves, unless the setting `snapshots` is off. "
        "The commits go to `.tidelog/status`, a repository of its own; yours is not touched.",
    ),
    "restore": Example(
        shown="$ tidelog restore",
        text="The store that was there is set aside, never deleted, and what only that one had is "
        "brought in, unless `--at` asks for an earlier moment.",
    ),
    "export": Example(
        shown="$ tidelog export ../for-the-archive\n$ ls -A ../for-the-archive",
        text="One markdown file a row and the report. FOLDER must be new or empty.",
    ),
    "import": Example(
        before="""\
$ printf '%s\\n' '# Status' '' '## Operational Vendors' '' '- Fjordline' '- Cedar Mill' \\
 '' '## Notes' '' 'Ask Ben about scans.' > .project_status.md""",
        shown="$ tidelog import .project_status.md --dry-run",
        text="FILE is only read. Every line is accounted for; if counts or fields differ from the "
        "source, nothing is written. Running it again adds nothing. Exit code 1 when they differ.",
    ),
    "archive": Example(
        before="""\
copilot> create_work_item {"item_type": "task", "title": "Old letterhead",
  "status": "completed"}
<!-- a day later -->""".replace("\n<!-- a day later -->", "\nwait 48 h"),
        shown="$ tidelog archive --older-than 1",
        text="Only closed items, with a whole subtree that is as old and closed, go. The daemon "
        "does this once a day. What is archived still answers by its ref; `--restore` brings it "
        "back.",
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
        text="Without `--once` it is the daemon: it goes on until it is told to stop, and also "
        "commits the snapshots. With `tidelog serve` running, nobody needs it.",
    ),
    "hub init": Example(
        shown='$ tidelog hub init "$HUB"',
        text="Once for each hub, and after an upgrade that says so, as the owner of the database. "
        "`$HUB` stands for an address such as `postgresql://owner@hub.example/status`.",
    ),
    "hub start": Example(
        shown="$ tidelog hub start",
        text="Needs `pip install 'tidelog[hub]'`. It listens on the loopback only and goes on "
        "when the command has ended, until `tidelog hub stop`. Files: the user's folder for such, "
        "or TIDELOG_HUB_FOLDER.",
    ),
    "hub stop": Example(shown="$ tidelog hub stop"),
    "hub status": Example(
        before="$ tidelog hub start",
        shown="$ tidelog hub status",
        text="About the hub on this machine only; how a store stands with its hub is in `tidelog "
        "status` and `tidelog doctor`. 1 when it does not run.",
    ),
    "hub grant": Example(
        before='$ psql "$HUB" -c "CREATE ROLE ben LOGIN"',
        shown='$ tidelog hub grant ben --project "Invoice Desk"',
        text="As the hub's owner. The role must exist; what it may do elsewhere is not changed.",
    ),
    "hub join": Example(
        before="ben$ cd ..\nben$ mkdir again\nben$ cd again\nben$ tidelog init",
        shown='ben$ tidelog hub join "$HUB" --project "Invoice Desk"',
        text="A store that was begun alone brings its rows along. The address goes into "
        "`.tidelog/hub`, which only its owner can read.",
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
        text="`tidelog conflicts` alone does the same.",
    ),
    "conflicts show": Example(
        shown="$ tidelog conflicts show {C}",
        text="With every way to settle it and what that would do.",
    ),
    "conflicts resolve": Example(
        shown="$ tidelog conflicts resolve {C} --keep local",
        text="An ordinary change of the row, on every laptop. Settling it twice changes nothing.",
    ),
    "doctor": Example(
        shown="$ tidelog doctor",
        text="It changes nothing; `--repair` does all that loses nothing, and sets aside what it "
        "takes the place of. Exit code 1 when a check failed.",
    ),
    "install": Example(
        shown="$ tidelog install claude-code --scope project",
        text="What stands in the client's file stays as it is, byte for byte, and a copy is kept "
        "beside it. A second time changes nothing. `--print` shows the entry and changes nothing; "
        "without TARGET all are listed, with their files.",
    ),
    "uninstall": Example(
        shown="$ tidelog uninstall claude-code --scope project",
        text="It takes out what `install` put in, and nothing else.",
    ),
    "demo": Example(
        shown="$ tidelog demo",
        lines=12,
        text="It works on a scratch store and touches no project. Exit code 1 when something "
        "did not come out as told.",
    ),
}
