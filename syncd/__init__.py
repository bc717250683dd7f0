"""Sync: rounds between a replica and a hub, the hub on Postgres, the daemon that keeps at it."""
