"""The store: work items, vendors, deployments and their history in one local SQLite file."""
