"""Metrics for Prometheus, if `METRICS` is on; docs/monitoring.md explains each of them."""
