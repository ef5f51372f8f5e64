"""Commands of the back office: its accounts, and its audit log."""
