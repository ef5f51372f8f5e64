"""The demo: the whole product in one process, on an embedded broker, SQLite and simulated providers."""
