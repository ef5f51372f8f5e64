"""Rules that all texts for customers obey: wording, links and age marks, as data with their sources."""
