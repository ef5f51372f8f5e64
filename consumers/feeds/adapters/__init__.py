"""One module per feed: its record format, its mapping and `FEED`; docs/feeds.md says how to write one."""
