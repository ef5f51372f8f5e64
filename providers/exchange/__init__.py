"""The kind exchange: books of back and lay prices, as Betfair's Exchange Stream API sends them."""
