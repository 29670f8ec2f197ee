"""What the gate and the certificate show to Prometheus. Names of tokens and people stand nowhere in it."""

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

from prometheus_client.core import CounterMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from feeds.hub.access.gate import Gate
from feeds.hub.metrics import Metrics

if TYPE_CHECKING:
    from feeds.hub.access.tls import Certificate


class _Refused(Collector):
    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    def collect(self) -> Iterable[Metric]:
        """Give the counts to the registry."""
        family = CounterMetricFamily(
            "vaken_access_refused", "Requests turned away for their token, by kind.", labels=["kind"]
        )
        for kind, count in sorted(self._gate.refused.items()):
            family.add_metric([kind], count)
        yield family


def show_figures(metrics: Metrics, gate: Gate, certificate: "Certificate | None") -> None:
    """Add the figures of access to a hub's page."""
    metrics.registry.register(_Refused(gate))
    metrics.gauge("vaken_access_required", "1 where the hub asks for tokens.", lambda: float(gate.required))
    metrics.gauge("vaken_access_tokens", "Tokens that are good now.", lambda: float(gate.tokens()))
    metrics.gauge(
        "vaken_access_next_expiry_timestamp_seconds", "When the next token expires, Unix time.", gate.next_expiry
    )
    metrics.gauge(
        "vaken_access_locked_addresses",
        "Network addresses that are locked for wrong tokens.",
        lambda: float(gate.addresses.locked()),
    )
    metrics.gauge("vaken_access_locked_tokens", "Tokens that somebody guesses at.", lambda: float(gate.ids.locked()))
    sign_on = gate.sign_on
    if sign_on is not None:
        metrics.gauge("vaken_access_keys_age_seconds", "Age of the single sign-on's keys, NaN: none.", sign_on.keys.age)
    if certificate is not None:
        metrics.gauge(
            "vaken_tls_not_after_timestamp_seconds",
            "When the hub's certificate expires, Unix time.",
            lambda: certificate.not_after.timestamp() if certificate is not None else math.nan,
        )
