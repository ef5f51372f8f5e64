"""Figures of weeks: their values and tables, and the sums of what cells have counted.

`week_figures` are the values, `repository` stores and reads them. `message`, `sums` and `reducer` are what
cells need.
"""
