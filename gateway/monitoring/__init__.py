"""Metrics of each operation and of the process, and how the metrics of several processes are merged."""

from gateway.monitoring.families import SummedGauge
from gateway.monitoring.operations import AddRecorder, KnownNames, OperationMetrics, Recorder, Recorders
from gateway.monitoring.process import ProcessMetrics
from gateway.monitoring.snapshot import Family, MergedMetrics, Series, snapshot

__all__ = [
    "AddRecorder",
    "Family",
    "KnownNames",
    "MergedMetrics",
    "OperationMetrics",
    "ProcessMetrics",
    "Recorder",
    "Recorders",
    "Series",
    "SummedGauge",
    "snapshot",
]
