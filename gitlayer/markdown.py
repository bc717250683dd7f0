"""Text of any origin as inert markdown (CommonMark 0.31, 2.4 and 4.4, and GFM's bare links)."""

import re

from gitlayer.wording import one_line

EMPTY = "(empty)"
_ANYWHERE = re.compile(r"[\\`*\[\]<~|$]|(?<![^\W_])_|_(?![^\W_])|&(?=[#a-zA-Z])|#(?=#*$)")
_AT_START = re.compile(r"^(\d*(?=[.)])|(?=[#>+=-]))")
_BARE_LINK = re.compile(r"(?i)\b(https?|ftp)(?=://)|\b(www)(?=\.)")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]+"
)


def escape(text: str, length: int = 500) -> str:
    """Text as one line that markdown shows as it is: no heading, list, fence, link or emphasis.

    It stays so wherever it stands: at the start of a line or inside one. Nothing more than needed
    is escaped, for the file is read as it is too. What would be empty becomes "(empty)", for an
    empty item changes the list around it.
    """
    line = _ANYWHERE.sub(r"\\\g<0>", one_line(text, length))
    line = _AT_START.sub(r"\g<0>\\", line)
    return _BARE_LINK.sub(r"\g<0>\\", line) or EMPTY


def unescape(line: str) -> str:
    """The text that markdown shows for a line without other marks: what `escape` was given.

    What `escape` left out, because it cannot be seen or was too long, does not come back.
    """
    return _ESCAPED.sub(r"\1", line)


def inert_block(text: str) -> str:
    """Text of several lines as an indented code block: whole lines in which nothing has a meaning.

    It needs a blank line above it and must not follow a list. Characters that cannot be seen are
    left out.
    """
    lines = [f"    {_UNSEEN.sub('', line)}".rstrip() for line in text.splitlines()]
    return ("\n".join(lines).strip("\n") or f"    {EMPTY}") + "\n"
