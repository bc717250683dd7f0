"""The figures as one table of a hundred columns, and as JSON."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from benchmarks.figures import Bound, Figure
from localstore.values import Row

WIDTH = 100
_FORMAT = "{:<22}{:>4}{:>7}{:>7}{:>11}{:>8}{:>7}{:>6}  {:<13} {:<12}"


def lines(figures: Sequence[Figure]) -> Iterator[str]:
    """The table, section by section: each figure, its floors, the ratio, what was promised.

    The ratio is that of the median to the medians of all floors together. A must or an aim is of
    the 99th percentile, in multiples that of the first floor; of growth, start and a write's
    multiple it is of the median.
    """
    for section, members in groupby(figures, key=lambda figure: figure.section):
        rows = list(members)
        names = list(dict.fromkeys(floor.name for figure in rows for floor in figure.floors))
        heads = [*names[:1], *(["its p99"] if names else []), *names[1:]]
        yield ""
        yield section
        yield _row("", "n", "p50", "p99", *_padded(heads, 3), "ratio", "must", "aim")
        yield "-" * WIDTH
        for items, sized in groupby(rows, key=lambda figure: figure.items):
            if items is not None:
                yield f"{items:,} items"
            yield from (_line(figure, names) for figure in sized)


def as_row(figure: Figure) -> Row:
    """One figure for a program."""
    row: Row = {
        "section": figure.section,
        "name": figure.name,
        "unit": figure.unit,
        "items": figure.items,
        "n": figure.sample.n,
        "p50": figure.sample.p50,
        "p99": figure.sample.p99,
        "floors": {
            floor.name: {"p50": floor.sample.p50, "p99": floor.sample.p99}
            for floor in figure.floors
        },
        "ratio": figure.ratio,
    }
    for name, bound in (("must", figure.must), ("aim", figure.aim)):
        if bound is not None:
            row[name] = {"bound": str(bound), "verdict": figure.verdict(bound)}
    return row


def _line(figure: Figure, names: Sequence[str]) -> str:
    by_name = {floor.name: floor.sample for floor in figure.floors}
    floors: list[str] = []
    for place, name in enumerate(names):
        sample = by_name.get(name)
        floors.append(_number(sample.p50) if sample else "")
        if place == 0:
            floors.append(_number(sample.p99) if sample and sample.n > 1 else "")
    return _row(
        f" {figure.name}",
        str(figure.sample.n) if figure.unit == "ms" else "",
        _number(figure.sample.p50),
        _number(figure.sample.p99) if figure.unit == "ms" else "",
        *_padded(floors, 3),
        "" if figure.ratio is None else f"{figure.ratio:.{2 if figure.ratio < 100 else 0}f}",
        _promise(figure, figure.must),
        _promise(figure, figure.aim),
    )


def _promise(figure: Figure, bound: Bound | None) -> str:
    return "" if bound is None else f"{bound} {figure.verdict(bound)}"


def _number(value: float) -> str:
    """Four figures or so, in at most six columns."""
    digits = 3 if value < 10 else 2 if value < 100 else 1 if value < 1_000 else 0
    return f"{value:.{digits}f}"


def _padded(cells: Sequence[str], count: int) -> list[str]:
    return [*cells, *[""] * (count - len(cells))]


def _row(*cells: str) -> str:
    return _FORMAT.format(*cells).rstrip()
