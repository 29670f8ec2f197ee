"""What the hub says of itself to Prometheus. Names follow Prometheus' rules: base units, ``_total`` on counters."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from feeds.facts import Fact

_LATENCIES = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5)


class Metrics:
    """The hub's metrics, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        facts = Counter("vaken_facts_total", "Facts appended to the log, by kind.", ["kind"], registry=self.registry)
        self._facts: dict[type, Callable[[], None]] = {}
        self._fact_counter = facts
        self.repeats = Counter(
            "vaken_repeats_total",
            "Alarm events accepted that changed nothing and were not logged.",
            registry=self.registry,
        )
        self.refused = Counter(
            "vaken_refused_total", "Requests refused, by status.", ["status"], registry=self.registry
        )
        self.append_seconds = Histogram(
            "vaken_append_seconds",
            "Time from handing facts to the log until they are flushed and on the board.",
            buckets=_LATENCIES,
            registry=self.registry,
        )
        self.frames = Counter("vaken_stream_frames_total", "Frames sent to terminals.", registry=self.registry)
        self.frame_bytes = Counter(
            "vaken_stream_bytes_total", "Bytes of frames sent to terminals.", registry=self.registry
        )
        self.terminals = Gauge("vaken_terminals", "Open stream connections.", registry=self.registry)

    def fact(self, fact: Fact) -> None:
        """Count one fact."""
        count = self._facts.get(type(fact))
        if count is None:
            kind = str(type(fact).__struct_config__.tag)
            count = self._facts[type(fact)] = self._fact_counter.labels(kind=kind).inc
        count()

    def gauge(self, name: str, text: str, read: Callable[[], float]) -> None:
        """Add a gauge that is read when Prometheus asks."""
        Gauge(name, text, registry=self.registry).set_function(read)

    def page(self) -> bytes:
        """Return the exposition text."""
        return generate_latest(self.registry)
