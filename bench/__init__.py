"""Benchmarks of the gateway against a fake model provider; see docs/performance.md."""
