"""What the four subgraphs of the club share: brands, schemes, weeks, accounts, and what follows from them."""
