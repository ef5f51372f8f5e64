"""The kind video: which pictures there are, polled, and the signed addresses at which they are seen."""
