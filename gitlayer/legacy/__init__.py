"""Reading hand-kept status files and session prompts: pure functions from text to rows."""
