"""An afternoon of assistants on one store and a night of two laptops, with real clients."""
