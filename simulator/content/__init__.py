"""Stands in for providers of statistics, of virtual sports and of video, with faults on demand."""
