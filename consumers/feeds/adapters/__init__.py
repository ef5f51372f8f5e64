"""One module a feed, each with its form, its mapping, and `FEED`; docs/feeds.md tells how to write one."""
