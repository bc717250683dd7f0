"""Replays one seed, or goes through thousands: `make sim`, `make sim-long`."""

import argparse
import multiprocessing
import os
import sys
import time
from collections import Counter

from tests.simulation.planted import PLANTED, planted
from tests.simulation.running import CHUNK, replay_command, run_some, simulator


def _many(asked: argparse.Namespace) -> int:
    began = time.monotonic()
    done, steps, seeds = Counter[str](), 0, 0
    starts = range(asked.first, asked.first + asked.seeds, CHUNK)
    last = asked.first + asked.seeds
    jobs = ((s, min(CHUNK, last - s), asked.hub, asked.plant) for s in starts)
    failures = 0
    with multiprocessing.get_context("spawn").Pool(asked.jobs) as pool:
        for failed, counted, stepped in pool.imap_unordered(run_some, jobs):
            done, steps, seeds = done + counted, steps + stepped, seeds + CHUNK
            for outcome in failed:
                failures += 1
                command = replay_command(outcome.seed, asked.hub, asked.plant)
                sys.stdout.write(f"\nseed {outcome.seed}\n{outcome.told(command)}\n")
            if failed and not asked.keep_on:
                pool.terminate()
                return 1
            if sys.stdout.isatty():
                sys.stdout.write(f"\r{seeds} of {asked.seeds} seeds, {failures} violations ")
                sys.stdout.flush()
    seconds = time.monotonic() - began
    sys.stdout.write(
        f"\n{asked.seeds} seeds, {steps} steps, {failures} violations, in {seconds:.0f} s "
        f"({steps / seconds:.0f} steps a second on {asked.jobs} processes)\n"
    )
    for what, count in sorted(done.items()):
        sys.stdout.write(f"  {count:9} {what}\n")
    return 1 if failures else 0


def _one(asked: argparse.Namespace) -> int:
    began = time.monotonic()
    with simulator(asked.hub) as runs, planted(asked.plant):
        outcome = runs.run(asked.seed)
    shown = sys.maxsize if asked.trace else 30
    sys.stdout.write(outcome.told(replay_command(asked.seed, asked.hub, asked.plant), shown) + "\n")
    held = "violated" if outcome.violation else "held"
    sys.stdout.write(f"{held}: {outcome.steps} steps in {time.monotonic() - began:.2f} s\n")
    return 1 if outcome.violation else 0


def main() -> int:
    """Run what is asked for; 1 when a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seed", type=int, help="run this one, and show how it ends")
    parser.add_argument("--trace", action="store_true", help="show all of it")
    parser.add_argument("--seeds", type=int, default=10_000, help="how many to run")
    parser.add_argument("--first", type=int, default=1, help="where to begin")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--hub", choices=["model", "postgres"], default="model")
    parser.add_argument("--plant", choices=["", *PLANTED], default="", help="a bug to be found")
    parser.add_argument("--keep-on", action="store_true", help="do not stop at a violation")
    asked = parser.parse_args()
    return _many(asked) if asked.seed is None else _one(asked)


if __name__ == "__main__":
    sys.exit(main())
