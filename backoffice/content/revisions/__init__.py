"""Revisions of content: the document, the states that it goes through, and what differs between two."""
