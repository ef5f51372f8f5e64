"""Moves a whole cell to another MariaDB server by replication, with the longest part while it serves."""
