"""What a day with a workload costs: recorded costs, arrival curves, the chart's rules, a simulation."""
