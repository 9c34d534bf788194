"""Figures as they are reported: medians with their range, percentiles."""

import math
import statistics
import sys
from collections.abc import Sequence


def spread(values: Sequence[float]) -> dict[str, float]:
    """The median, and the least and greatest."""
    return {"median": rounded(statistics.median(values)), "low": rounded(min(values)), "high": rounded(max(values))}


def percentile(values: Sequence[float], share: float) -> float:
    """The least value that `share` of all do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def latencies(seconds: Sequence[float]) -> dict[str, float]:
    """Milliseconds at the points that are asked for."""
    points = {"p50_ms": 0.5, "p95_ms": 0.95, "p99_ms": 0.99}
    return {name: rounded(1e3 * percentile(seconds, share)) for name, share in points.items()} if seconds else {}


def rounded(value: float) -> float:
    """Three digits say all that a run can."""
    return float(f"{value:.3g}") if abs(value) < 1000 else round(value)


def say(text: str) -> None:
    """Progress, where it does not mix with the result."""
    print(text, file=sys.stderr, flush=True)
