"""What the editors of texts refuse with."""


class Unfit(Exception):
    """A text cannot be read or edited; the message says what is wrong, and where."""
