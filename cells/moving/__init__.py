"""Moves a cell to another MariaDB server by replication; the cell serves during all but the last seconds."""
