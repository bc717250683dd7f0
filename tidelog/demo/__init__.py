"""An afternoon of two assistants on one store, with real clients, that checks its own claims."""
