"""Other people's MCP clients, and the protocol's own suite, against a real tidelog server.

`python -m tests.interop` runs all of it; what needs neither Node nor a network runs in `make test`.
"""
