"""The systems that the benchmarks compare ours with."""
