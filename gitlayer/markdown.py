"""Text of any origin as one line of inert markdown (CommonMark 0.31, 2.4, and GFM's bare links)."""

import re

from gitlayer.subject import one_line

EMPTY = "(empty)"
_ANYWHERE = re.compile(r"[\\`*\[\]<~|$]|(?<![^\W_])_|_(?![^\W_])|&(?=[#a-zA-Z])|#(?=#*$)")
_AT_START = re.compile(r"^(\d*(?=[.)])|(?=[#>+=-]))")
_BARE_LINK = re.compile(r"(?i)\b(https?|ftp)(?=://)|\b(www)(?=\.)")


def escape(text: str, length: int = 500) -> str:
    """Text as one line that markdown shows as it is: no heading, list, fence, link or emphasis.

    It stays so wherever it stands: at the start of a line or inside one. Nothing more than needed
    is escaped, for the file is read as it is too. What would be empty becomes "(empty)", for an
    empty item changes the list around it.
    """
    line = _ANYWHERE.sub(r"\\\g<0>", one_line(text, length))
    line = _AT_START.sub(r"\g<0>\\", line)
    return _BARE_LINK.sub(r"\g<0>\\", line) or EMPTY
