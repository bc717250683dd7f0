"""Where a markdown text may be cut: its headings of level 1 and 2, found line by line.

CommonMark 0.31: what stands in fenced code (4.5), indented code (4.4) or HTML (4.6) is no heading;
both forms of heading count, underlined ones (4.3) too. A parser would know containers better, but
takes a tenth of a second for a long report. Where this is unsure, it sees a heading.
"""

import re

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_ATX = re.compile(r"(#{1,6})(?![^ \t])")
_UNDERLINE = re.compile(r"(?:=+|-+)[ \t]*")
_BREAK = re.compile(r"([-*_])[ \t]*(?:\1[ \t]*){2,}")
_FENCE = re.compile(r"(`{3,})[^`]*$|(~{3,})")
_ITEM = re.compile(r"([-*+]|(\d{1,9})[.)])(?:[ \t]+|$)")
_DEEPEST = 20
_BLANK = re.compile(r"[ \t]*")
_HTML = tuple(
    (re.compile(opening, re.IGNORECASE), re.compile(closing, re.IGNORECASE), closer)
    for opening, closing, closer in (
        (r"<!--", r"-->", "-->"),
        (
            r"<(?:script|pre|style|textarea)(?![^\s>])",
            r"</(?:script|pre|style|textarea)>",
            "</pre>",
        ),
        (r"<\?", r"\?>", "?>"),
        (r"<!\[CDATA\[", r"\]\]>", "]]>"),
        (r"<![a-z]", r">", ">"),
    )
)
_TAGS = (
    "address article aside base basefont blockquote body caption center col colgroup dd details "
    "dialog dir div dl dt fieldset figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6 "
    "head header hr html iframe legend li link main menu menuitem nav noframes ol optgroup option "
    "p param search section summary table tbody td tfoot th thead title tr track ul"
)
_ELEMENT = re.compile(rf"</?(?:{_TAGS.replace(' ', '|')})(?=[ \t>]|/>|$)", re.IGNORECASE)
_ATTRIBUTE = r"""[ \t]+[a-z_:][\w.:-]*(?:[ \t]*=[ \t]*(?:[^\s"'=<>`]+|'[^']*'|"[^"]*"))?"""
_LONE_TAG = re.compile(
    rf"<(?:[a-z][a-z0-9-]*(?:{_ATTRIBUTE})*[ \t]*/?|/[a-z][a-z0-9-]*[ \t]*)>[ \t]*",
    re.IGNORECASE | re.ASCII,
)


def lines_of(text: str) -> list[str]:
    """The lines of a text with their ends; only CR and LF end a line, as CommonMark has it."""
    return _LINE.findall(text)


def is_blank(line: str) -> bool:
    """Whether a line holds nothing but spaces and tabs."""
    return _BLANK.fullmatch(line.rstrip("\r\n")) is not None


class Scanner:
    """Reads a text line by line and knows what is open: code, HTML, a paragraph.

    While `plain` is set, lines that would open code or HTML are text.
    """

    def __init__(self) -> None:
        self.plain = False
        self.opened_at: int | None = None
        """The line that opened the code or HTML that is open now."""
        self.closer: str | None = None
        """A line that makes room for a heading by closing what is open; None if there is room."""
        self._fence: tuple[str, int] | None = None
        self._ending: re.Pattern[str] | None = None
        self._paragraph: int | None = None
        self._lazy = False

    def heading(self, place: int, line: str) -> int | None:
        """Read the line numbered `place`; return where the heading it makes or ends begins."""
        content = line.rstrip("\r\n")
        stripped = content.lstrip(" \t")
        indent = len(content[: len(content) - len(stripped)].expandtabs(4))
        if self.opened_at is not None and self._still_inside(content, stripped, indent):
            return None
        if not stripped:
            self._rest()
            return None
        return None if indent > 3 else self._block(place, stripped, indent)

    def _still_inside(self, content: str, stripped: str, indent: int) -> bool:
        """Whether the line belongs to the code or HTML that is open, perhaps as its end."""
        if self._ending is not None:
            if self._ending is _BLANK:
                ends = not stripped
            else:
                ends = self._ending.search(content) is not None
        else:
            marker, offset = self._fence or ("", 0)
            if stripped and indent < offset:
                self._rest()  # the list item around the fence is over, and the fence with it
                return False
            closing = stripped.rstrip(" \t")
            ends = indent - offset <= 3 and closing == marker[0] * max(len(marker), len(closing))
        if ends:
            self._rest()
        return True

    def _rest(self, *, lazy: bool = False) -> None:
        self.opened_at, self.closer, self._fence, self._ending = None, None, None, None
        self._paragraph, self._lazy = None, lazy

    def _block(self, place: int, text: str, indent: int) -> int | None:
        if self._paragraph is not None and _UNDERLINE.fullmatch(text):
            begins = self._paragraph
            self._rest()
            return begins
        atx = _ATX.match(text)
        if atx:
            self._rest()
            return place if len(atx[1]) <= 2 else None
        if _BREAK.fullmatch(text):
            self._rest()
        elif text[0] == ">":
            self._rest(lazy=True)
        elif not (self._opens(place, text, 0) or self._begins_item(place, text, indent)):
            self._continue_text(place)
        return None

    def _continue_text(self, place: int) -> None:
        if self._paragraph is None and not self._lazy:
            self._paragraph = place

    def _opens(self, place: int, text: str, offset: int) -> bool:
        """Whether the line begins fenced code or HTML."""
        fence = _FENCE.match(text)
        if fence:
            if not self.plain:
                self._rest()
                marker = fence[1] or fence[2]
                self.opened_at, self._fence = place, (marker, offset)
                self.closer = None if offset else marker
            return not self.plain
        return text[0] == "<" and not offset and self._opens_html(place, text)

    def _opens_html(self, place: int, text: str) -> bool:
        lone = self._paragraph is None and not self._lazy and _LONE_TAG.fullmatch(text)
        for opening, ending, closer in _HTML:
            begun = opening.match(text)
            if begun:
                self._rest()
                if not (self.plain or ending.search(text)):
                    self.opened_at, self._ending, self.closer = place, ending, closer
                return True
        if self.plain or not (lone or _ELEMENT.match(text)):
            return False
        self._rest()
        self.opened_at, self._ending, self.closer = place, _BLANK, ""
        return True

    def _begins_item(self, place: int, text: str, offset: int) -> bool:
        """Whether the line begins a list item; code may begin on the same line."""
        item = _ITEM.match(text)
        if item is None:
            return False
        empty = item.end() == len(text)
        if self._paragraph is not None and (empty or item[2] not in (None, "1")):
            return False
        self._rest(lazy=True)
        rest = text
        for _ in range(_DEEPEST):
            if item is None or item.end() == len(rest):
                break
            offset += len(item[0].expandtabs(4))
            rest = rest[item.end() :]
            item = _ITEM.match(rest)
        if rest is not text:
            self._opens(place, rest, offset)
        return True
