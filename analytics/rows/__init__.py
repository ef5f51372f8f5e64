"""What analytics keeps of each message: a row of its topic's table, a block of rows at a time."""
