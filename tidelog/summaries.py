"""The commands in a line each, and the page of help that lists them."""

SUMMARIES = {
    "init": "make a store for the project in this folder",
    "serve": "be an MCP server for an assistant, over stdio or HTTP",
    "status": "how the project stands",
    "ready": "what can be started now",
    "show": "one item, with what is above, below and around it",
    "log": "what was changed, when and by whom, newest first",
    "report": "the status as a document, now or as it was",
    "snapshot": "commit what changed, as files that people can read and edit",
    "restore": "build the store again from its snapshots",
    "export": "write every row and the report into a folder",
    "import": "take over a hand-kept status file and session prompts",
    "archive": "put old, closed work away, or bring it back",
    "doctor": "check the store and its surroundings",
    "demo": "watch two assistants work for an afternoon, on a scratch store",
}
"""Every command, in the order of its help."""

HELP = """\
tidelog {version}: what a project's assistants and people do, in one local file

usage: tidelog COMMAND [OPTION...]

{commands}
`tidelog COMMAND --help` tells more. Settings come from flags, from TIDELOG_...
variables or from tidelog.toml beside the store, in that order.
"""
