"""The operations of a store, by subject; each is one transaction."""
