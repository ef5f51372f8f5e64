"""Documents known before requests: of a folder, of manifests, and those that clients register."""
