"""Tests with real processes that take minutes: killed writers, many servers on one store."""
