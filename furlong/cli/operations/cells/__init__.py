"""`furlong cell …`: the commands about cells."""
