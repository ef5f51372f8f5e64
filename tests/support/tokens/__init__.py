"""An issuer of tokens and its keys, as tests need them."""
