"""Times of repeated calls, in milliseconds."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Times:
    p50: float
    p95: float

    @classmethod
    def of(cls, call: Callable[[], object], *, times: int = 60, warm_up: int = 5) -> "Times":
        for _ in range(warm_up):
            call()
        spent = []
        for _ in range(times):
            began = time.perf_counter()
            call()
            spent.append((time.perf_counter() - began) * 1000)
        cuts = statistics.quantiles(spent, n=20)
        return cls(p50=statistics.median(spent), p95=cuts[18])


def cpu_of(call: Callable[[], object], *, times: int = 100) -> float:
    """Processor time of one call in this process, in milliseconds."""
    call()
    began = time.process_time()
    for _ in range(times):
        call()
    return (time.process_time() - began) * 1000 / times
