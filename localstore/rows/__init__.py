"""The SQL, by subject: functions that take a connection and never commit."""
