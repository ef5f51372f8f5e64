"""Images of content: checked, re-encoded, stored under the hash of their bytes, and served."""
