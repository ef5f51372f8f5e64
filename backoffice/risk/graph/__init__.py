"""The types of risk's part of the graph, by page."""
