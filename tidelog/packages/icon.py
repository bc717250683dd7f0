"""The icon: a log whose entries are waves, drawn here so that its source is text."""

import struct
import zlib
from functools import cache
from math import cos, hypot, pi, sin

SIZE = 512
"""Pixels on each side: what Claude's plugin directory asks for at least, and desktops show well."""

_CORNER = 112.0
_TOP, _BOTTOM = (18, 78, 94), (9, 38, 52)
_INK = (236, 250, 248)
_BULLET_X, _BULLET_RADIUS = 128.0, 23.0
_LINE_RADIUS = 15.0
_LINES = ((164.0, 404.0), (256.0, 404.0), (348.0, 352.0))
"""Of each entry, from top to bottom: its height, and where its line ends, which is flat there."""
_LINE_BEGIN, _WAVE_LENGTH, _WAVE_HEIGHT = 196.0, 104.0, 13.0

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEADER = struct.pack(">IIBBBBB", SIZE, SIZE, 8, 6, 0, 0, 0)


@cache
def icon_png() -> bytes:
    """The icon as a PNG file with transparent corners; always the same picture."""
    rows = b"".join(b"\0" + b"".join(_pixel(x, y) for x in range(SIZE)) for y in range(SIZE))
    parts = ((b"IHDR", _HEADER), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return _SIGNATURE + b"".join(_chunk(kind, content) for kind, content in parts)


def _pixel(column: int, row: int) -> bytes:
    x, y = column + 0.5, row + 0.5
    ink = max(_inside(_to_entry(x, y, *line)) for line in _LINES)
    down = y / SIZE
    colours = [
        round((top + (bottom - top) * down) * (1 - ink) + pen * ink)
        for top, bottom, pen in zip(_TOP, _BOTTOM, _INK, strict=True)
    ]
    return bytes((*colours, round(255 * _inside(_to_square(x, y)))))


def _inside(distance: float) -> float:
    """How much of a pixel is inside of an edge that is so many pixels away (negative: inside)."""
    return min(1.0, max(0.0, 0.5 - distance))


def _to_square(x: float, y: float) -> float:
    half = SIZE / 2
    across, along = (max(abs(each - half) - half + _CORNER, 0.0) for each in (x, y))
    return hypot(across, along) - _CORNER


def _to_entry(x: float, y: float, height: float, end: float) -> float:
    """The distance to a bullet or to the wave beside it, whichever is nearer."""
    bullet = hypot(x - _BULLET_X, y - height) - _BULLET_RADIUS
    on_line = min(max(x, _LINE_BEGIN), end)
    turn = 2 * pi * (on_line - _LINE_BEGIN) / _WAVE_LENGTH
    slope = _WAVE_HEIGHT * sin(turn) * 2 * pi / _WAVE_LENGTH
    away = y - height - _WAVE_HEIGHT * cos(turn)
    wave = hypot(x - on_line, away / hypot(1.0, slope))
    return min(bullet, wave - _LINE_RADIUS)


def _chunk(kind: bytes, content: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + checksum
