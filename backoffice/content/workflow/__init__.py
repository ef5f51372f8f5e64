"""The workflow of content: drafts, approval by another person, publication, announcement to the nodes."""
