"""`furlong new`: begins a block from the one in `notes`, which is served and tested like any other."""
