"""What the numbers and words of database errors mean: a conflict, or a database that cannot serve now."""
