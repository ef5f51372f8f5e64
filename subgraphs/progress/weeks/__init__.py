"""The life of a club week: it opens, ends and closes by the clock, and its qualifications are confirmed."""
