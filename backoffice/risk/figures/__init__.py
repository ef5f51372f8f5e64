"""Figures of weeks: counted from the subgraphs' tables in the background, stored, and read by the screens.

`week_figures` are the values, `counting` counts a week, `collector` decides which week is counted when, and
`repository` stores and reads what was counted.
"""
