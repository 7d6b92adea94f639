"""Times of repeated calls, in milliseconds."""

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Times:
    p50: float
    p95: float

    @classmethod
    def of(cls, call: Callable[[], object], *, times: int = 60, warm_up: int = 5) -> "Times":
        for _ in range(warm_up):
            call()
        return cls.among([spent_in(call) for _ in range(times)])

    @classmethod
    def in_turn(cls, calls: Mapping[str, Callable[[], object]], *, rounds: int = 200) -> dict[str, "Times"]:
        """Of calls that are compared: whatever else the machine does meanwhile, it does to each of them."""
        spent: dict[str, list[float]] = {name: [] for name in calls}
        for _ in range(rounds):
            for name, call in calls.items():
                spent[name].append(spent_in(call))
        return {name: cls.among(times[rounds // 10 :]) for name, times in spent.items()}

    @classmethod
    def among(cls, spent: list[float]) -> "Times":
        return cls(p50=statistics.median(spent), p95=statistics.quantiles(spent, n=20)[18])


def spent_in(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1000


def cpu_of(call: Callable[[], object], *, times: int = 100) -> float:
    """Processor time of one call in this process, in milliseconds."""
    call()
    began = time.process_time()
    for _ in range(times):
        call()
    return (time.process_time() - began) * 1000 / times
