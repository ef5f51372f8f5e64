"""Figures of weeks: their values and tables, and the sums of what cells have counted.

`week_figures` are the values, `repository` stores and reads them, `cell_figures` is what cells need.
"""
