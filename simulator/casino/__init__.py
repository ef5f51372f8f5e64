"""Two providers of casino games: aggregators by Hub88's operator API, with games that people play."""
