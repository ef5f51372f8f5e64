"""Simulates busy days from measured costs, arrival curves and the chart's autoscaling rules."""
