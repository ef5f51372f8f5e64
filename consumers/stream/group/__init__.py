"""One member of a consumer group: its sessions, assigned partitions, workers, monitor and health."""
