"""Measurements of the whole and of its parts, each `python -m benchmarks.NAME`; results: docs/accuracy.md."""
