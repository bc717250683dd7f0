"""The commands in a line each, and the page of help that lists them."""

SUMMARIES = {
    "init": "make a store for the project in this folder",
    "serve": "be an MCP server for an assistant, over stdio or HTTP",
    "install": "connect an assistant: write tidelog into its configuration",
    "uninstall": "take it out of there again",
    "status": "how the project stands",
    "ready": "what can be started now",
    "show": "one item, with what is above, below and around it",
    "log": "what was changed, when and by whom, newest first",
    "board": "the project as a page in the browser, live",
    "report": "the status as a document, now or as it was",
    "snapshot": "commit what changed, as files that people can read and edit",
    "restore": "build the store again from its snapshots, the hub or a backup",
    "export": "write every row and the report into a folder",
    "import": "take over a hand-kept status file and session prompts",
    "archive": "put old, closed work away, or bring it back",
    "sync": "keep the store in step with its hub, and its snapshots",
    "hub": "make a hub, run one on this machine, join one",
    "conflicts": "what two replicas changed apart from each other, to be settled",
    "doctor": "check the store and every layer below it, and repair them",
    "completion": "print what lets a shell complete commands, flags and refs",
    "demo": "watch two assistants work for an afternoon, on a scratch store",
}
"""Every command, in the order of its help."""

HUB_ACTIONS = {
    "init": "prepare a Postgres to be a hub",
    "start": "run a hub for this machine, from the Postgres in a wheel",
    "stop": "stop that hub; nothing is lost",
    "status": "whether that hub runs, and its address",
    "grant": "let a role of the Postgres see and change a project",
    "join": "let this store take part in a project on a hub",
}
"""Everything that `tidelog hub` does."""

HELP = """\
tidelog {version}: what a project's assistants and people do, in one local file

usage: tidelog COMMAND [OPTION...]

{commands}
`tidelog COMMAND --help` tells more. Settings come from flags, from TIDELOG_...
variables or from tidelog.toml beside the store, in that order.
"""
