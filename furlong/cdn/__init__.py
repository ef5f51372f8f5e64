"""Content delivery networks before `furlong serve`: what they keep is removed when it is obsolete."""
