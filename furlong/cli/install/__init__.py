"""Commands that set up an installation: databases, topics, configuration, backups, the rehearsal clock."""
