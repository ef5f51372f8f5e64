"""Live updates of many trackers: `make bench BENCH=live`."""
