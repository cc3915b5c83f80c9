"""The product's metrics and their text format."""

import os

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

NAMESPACE = "referrals"
DIRECTORY = "PROMETHEUS_MULTIPROC_DIR"  # prometheus_client's own variable
REGISTRY = CollectorRegistry()


def exposition() -> bytes:
    """All metrics in Prometheus' text format, of all workers or of a lone process."""
    registry = REGISTRY
    if DIRECTORY in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)
