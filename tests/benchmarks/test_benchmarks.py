"""The benchmark: it runs from one end to the other, and what it says of its figures is right."""

import json

import pytest

from benchmarks import bloat, inside, outside, snapshots, table, tokens
from benchmarks.__main__ import measure
from benchmarks.figures import Bound, Figure, Floor
from benchmarks.promises import SMALLEST
from benchmarks.timing import Effort, Sample, in_ms


def figure(*values: float, floor: tuple[float, ...] = (1.0,), items: int = 1) -> Figure:
    """A figure of the first section with one floor."""
    floors = (Floor("SQL", Sample(floor)),)
    return Figure(inside.SECTION, "vendor status", Sample(values), floors, items=items)


@pytest.mark.anyio
async def test_a_small_run_measures_every_section() -> None:
    """A run on a tiny store has figures with floors for every section, on a hundred columns."""
    figures = await measure((240,), Effort(calls=10, seconds=0.1), starts=1, scale=None)
    sections = {each.section for each in figures}
    assert sections == {
        tokens.SECTION,
        inside.SECTION,
        outside.STDIO,
        outside.HTTP,
        outside.MEMORY,
        outside.START,
        snapshots.SECTION,
        bloat.SECTION,
    }
    assert all(each.sample.p50 > 0 for each in figures)
    assert all(each.floors for each in figures if each.unit == "ms")
    assert max(map(len, table.lines(figures))) <= table.WIDTH
    assert json.loads(json.dumps([table.as_row(each) for each in figures]))


def test_percentiles_are_of_the_sorted_calls() -> None:
    """The median and the 99th percentile are members of the sample, whatever its order was."""
    sample = in_ms([nanoseconds * 1_000_000 for nanoseconds in range(200, 0, -1)])
    assert (sample.n, sample.p50, sample.p99) == (200, 101.0, 199.0)


def test_a_promise_in_multiples_is_of_its_floor() -> None:
    """Twice the floor is met at exactly twice, and missed above."""
    promise = Bound(2, times_floor="SQL", median=True)
    assert figure(2.0).verdict(promise) == "met"
    assert figure(2.1).verdict(promise) == "missed"


def test_a_promise_in_figures_is_of_the_99th_percentile() -> None:
    """One slow call among a few breaks a promise that the median keeps."""
    slow = figure(*[0.5] * 9, 5.0)
    assert slow.verdict(Bound(1)) == "missed"
    assert slow.verdict(Bound(1, median=True)) == "met"


def test_growth_compares_the_largest_store_with_the_smallest() -> None:
    """Growth puts the median of the largest store beside that of the smallest."""
    (grown,) = inside.growth(
        [figure(2.0, items=10), figure(3.0, items=100), figure(4.0, items=1_000)]
    )
    assert (grown.items, grown.ratio) == (1_000, 2.0)
    assert [floor.name for floor in grown.floors] == [SMALLEST]
    assert grown.aim is not None
    assert grown.verdict(grown.aim) == "missed"


def test_a_line_shows_what_was_promised_and_whether_it_was_kept() -> None:
    """Each figure stands beside its promise with a plain word."""
    promised = Figure(inside.SECTION, "create", Sample((7.0,)), items=1, must=Bound(5))
    assert list(table.lines([promised]))[-1].endswith("<5 missed")
