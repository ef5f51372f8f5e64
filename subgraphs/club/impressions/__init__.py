"""Which customers were shown the tracker in a week: the first step of the funnel."""
