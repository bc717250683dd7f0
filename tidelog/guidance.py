"""What a command's help says beside its flags: what to know before using it, and examples."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Guide:
    """A paragraph, and command lines as one types them, without `tidelog` before them."""

    text: str
    examples: tuple[str, ...]


GUIDES = {
    "init": Guide(
        "It changes no file that git tracks. Where a store is already, nothing is changed; with "
        "another --project it gets that name. Where there is none, `tidelog serve` makes one at "
        "the first thing that an assistant keeps.",
        ("init", "init --project 'Invoice Desk'"),
    ),
    "serve": Guide(
        "An assistant's client starts it and ends it; nobody types it. On stdio the protocol is "
        "all that standard output carries. A process beside it syncs with the hub, commits the "
        "snapshots, makes a backup a day and archives; it ends with the server. In the home "
        "folder and in / no store is made. Beyond this machine HTTP asks for a token "
        "(TIDELOG_HTTP_TOKEN).",
        ("serve", "serve --read-only --toolsets core,vendors", "serve --http 127.0.0.1:8765"),
    ),
    "status": Guide(
        "It changes nothing. Where a hub is joined, the last lines say how sync stands.",
        ("status", "status --json"),
    ),
    "ready": Guide(
        "Planned and active items whose blockers are all completed or deleted, most urgent first, "
        "then oldest. It claims nothing: that is setting an assignee.",
        ("ready", "ready --limit 5"),
    ),
    "show": Guide(
        "KEY is a ref in any case, an id, or the name of a vendor. It changes nothing.",
        ("show T-7F3KQ", "show 'Baltic Rope'"),
    ),
    "log": Guide(
        "The history is only ever added to; this prints it. With KEY it is every change of one "
        "row, field by field.",
        ("log", "log T-7F3KQ", "log --limit 100 --json"),
    ),
    "board": Guide(
        "Columns, filters, items with their history, conflicts, in the browser of this machine and "
        "nobody else's; it follows what any process changes, and moves cards as you. --output "
        "writes it as one file instead, which anybody may open.",
        ("board", "board --port 8080 --no-open", "board --output status.html"),
    ),
    "report": Guide(
        "Markdown on standard output. To keep it in a file of the project, set report_path in "
        "tidelog.toml.",
        ("report", "report --at 2026-03-14 > status.md"),
    ),
    "snapshot": Guide(
        "Commands and servers do this by themselves, unless the setting snapshots is off. The "
        "commits go to .tidelog/status, a repository of its own; yours is not touched.",
        ("snapshot",),
    ),
    "restore": Guide(
        "The store that was there is set aside, never deleted, and what only that one had is "
        "brought in, unless --at asks for an earlier moment.",
        (
            "restore",
            "restore --from hub",
            "restore --from backup --list",
            "restore --at 2026-03-14",
        ),
    ),
    "export": Guide(
        "One markdown file a row, and the report. FOLDER must be new or empty. It is a copy: edits "
        "in it go nowhere; those in .tidelog/status do.",
        ("export ../for-the-archive",),
    ),
    "import": Guide(
        "Every line is accounted for. If counts or fields differ from the source nothing is "
        "written, and the exit code is 1. Running it again adds nothing.",
        ("import .project_status.md --dry-run", "import STATUS.md --prompts session-prompts"),
    ),
    "archive": Guide(
        "Only closed items go, with a whole subtree that is as old and closed; open work never "
        "does. The daemon does this once a day. What is archived still answers by its ref.",
        ("archive", "archive --older-than 30", "archive --restore T-7F3KQ"),
    ),
    "sync": Guide(
        "Without --once it is the daemon: it goes on until it is told to stop. Where `tidelog "
        "serve` runs nobody needs it; of several one works and the others wait.",
        ("sync --once", "sync --watch"),
    ),
    "hub init": Guide(
        "Once for each hub, as the owner of the database, and again after an upgrade that asks "
        "for it. It makes one schema, tidelog, and touches nothing else.",
        ("hub init postgresql://owner@hub.example/status",),
    ),
    "hub start": Guide(
        "It needs pip install 'tidelog[hub]', listens on the loopback only, and goes on when the "
        "command has ended. Its files are in the user's folder for such, or where "
        "TIDELOG_HUB_FOLDER says.",
        ("hub start",),
    ),
    "hub stop": Guide("Work goes on locally; what was written is sent later.", ("hub stop",)),
    "hub status": Guide(
        "About the hub of this machine only; how a store stands with its hub is in `tidelog "
        "status` and `tidelog doctor`. Exit code 1 when it does not run.",
        ("hub status", "hub status --json"),
    ),
    "hub grant": Guide(
        "As the hub's owner. The role must exist; what else it may do is not changed.",
        ("hub grant ben --project 'Invoice Desk'",),
    ),
    "hub join": Guide(
        "A store that was begun alone brings its rows along. The address goes into .tidelog/hub, "
        "which only its owner can read.",
        (
            "hub join --project 'Invoice Desk'",
            "hub join postgresql://ben@hub.example/status --project 'Invoice Desk'",
        ),
    ),
    "conflicts list": Guide(
        "`tidelog conflicts` alone does the same.", ("conflicts", "conflicts list --all")
    ),
    "conflicts show": Guide(
        "With every way to settle it, and what each would do.", ("conflicts show C-7F3KQ",)
    ),
    "conflicts resolve": Guide(
        "An ordinary change of the row, on every laptop. What is not kept stays in the history. "
        "Settling it twice changes nothing.",
        ("conflicts resolve C-7F3KQ --keep remote", "conflicts resolve C-7F3KQ --value P1"),
    ),
    "doctor": Guide(
        "It changes nothing; --repair does all that loses nothing, and sets aside what it takes "
        "the place of. Exit code 1 when a check failed.",
        ("doctor", "doctor --repair"),
    ),
    "install": Guide(
        "What stands in the client's file stays as it is, byte for byte, and a copy is kept beside "
        "it. A second time changes nothing.",
        ("install", "install claude-code", "install cursor --scope project --print"),
    ),
    "uninstall": Guide(
        "It takes out what `tidelog install` put in, and nothing else.",
        ("uninstall claude-code", "uninstall cursor --scope project"),
    ),
    "completion": Guide(
        "It prints, and changes no file. Refs come from the store of the folder you are in.",
        ("completion bash", "completion fish"),
    ),
    "demo": Guide(
        "It works on a scratch store and touches no project. Exit code 1 when something did not "
        "come out as told.",
        ("demo", "demo --keep"),
    ),
}
"""By the command, or the command and its action."""
