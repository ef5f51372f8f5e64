"""How long money and limits of erased customers are kept under a pseudonym, and how they go."""
