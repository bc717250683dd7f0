"""How rows read on a terminal or in a pipe: pure, from rows to lines of text."""
