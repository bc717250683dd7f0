"""Readable text from stored rows, and back."""
