"""The reference of commands, tools, settings and errors: made from the code, examples run."""
