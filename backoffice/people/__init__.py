"""People: accounts, roles, sessions, proposals, jobs and the audit log, as fields of the graph."""
