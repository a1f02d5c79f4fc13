"""The peers and ourselves on the same work, side by side: `python -m benchmarks.run`."""
