"""The benchmarks: the work, the peers, the measuring and the report, run by ``bench.py``."""
