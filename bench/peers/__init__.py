"""What the benchmarks hold ours against."""
