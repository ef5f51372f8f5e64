"""The way of content: drafts, approval by another person, publication, and the announcement to the nodes."""
