"""What the hub says of itself to Prometheus. Names follow Prometheus' rules: base units, ``_total`` on counters."""

from bisect import bisect_left
from collections import Counter as Tally
from collections.abc import Callable, Iterable
from itertools import accumulate

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from feeds.facts import Entry

_LATENCIES = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5)


class Metrics(Collector):
    """The hub's metrics, in a registry of its own."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series for each counter, which Prometheus does not read
        self.registry = CollectorRegistry()
        self._facts: dict[type, int] = {}
        self._appends = [0] * (len(_LATENCIES) + 1)
        self._append_seconds = 0.0
        self.registry.register(self)
        self.repeats = Counter(
            "vaken_repeats_total",
            "Alarm events accepted that changed nothing and were not logged.",
            registry=self.registry,
        )
        self.refused = Counter(
            "vaken_refused_total", "Requests refused, by status.", ["status"], registry=self.registry
        )
        self.frames = Counter("vaken_stream_frames_total", "Frames sent to terminals.", registry=self.registry)
        self.frame_bytes = Counter(
            "vaken_stream_bytes_total", "Bytes of frames sent to terminals.", registry=self.registry
        )
        self.dropped = Counter(
            "vaken_terminals_dropped_total", "Terminals dropped because they took nothing.", registry=self.registry
        )
        self.terminals = Gauge("vaken_terminals", "Open stream connections.", registry=self.registry)

    def count(self, entries: Iterable[Entry]) -> None:
        """Count facts by kind. Plain numbers, read when Prometheus asks, as this is done for every fact."""
        facts = self._facts
        for kind, count in Tally([type(entry.fact) for entry in entries]).items():
            facts[kind] = facts.get(kind, 0) + count

    def appended(self, seconds: float, bodies: int = 1) -> None:
        """Note how long the facts of a body, or of several, waited until they were on disk and on the board."""
        self._appends[bisect_left(_LATENCIES, seconds)] += bodies
        self._append_seconds += seconds * bodies

    def collect(self) -> Iterable[Metric]:
        """Give the counts to the registry."""
        family = CounterMetricFamily("vaken_facts", "Facts appended to the log, by kind.", labels=["kind"])
        for kind, count in list(self._facts.items()):
            family.add_metric([str(kind.__struct_config__.tag)], count)  # type: ignore[attr-defined]
        yield family
        bounds = [*(str(float(bound)) for bound in _LATENCIES), "+Inf"]
        buckets = list(zip(bounds, accumulate(self._appends), strict=True))
        yield HistogramMetricFamily(
            "vaken_append_seconds",
            "Time from handing facts to the log until they are flushed and on the board.",
            buckets=buckets,
            sum_value=self._append_seconds,
        )

    def gauge(self, name: str, text: str, read: Callable[[], float]) -> None:
        """Add a gauge that is read when Prometheus asks."""
        Gauge(name, text, registry=self.registry).set_function(read)

    def page(self) -> bytes:
        """Return the exposition text."""
        return generate_latest(self.registry)
