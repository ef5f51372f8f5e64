"""How the values of fields are read: their arguments, the choice of a reader, and the code for it."""
