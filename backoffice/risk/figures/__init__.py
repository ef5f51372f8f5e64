"""Counting the figures of weeks in the background, and what is made of them.

`counting` counts a week from the subgraphs' tables, `collector` decides which week is counted when. The
figures go to the back office's tables, or from a cell to Kafka (`cell_counting`).
"""
