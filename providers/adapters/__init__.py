"""The adapters: a file for each, which defines `ADAPTER`."""
