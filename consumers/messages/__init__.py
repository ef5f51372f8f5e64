"""The messages that several consumers read: a file for each type, their strict reader, their reducers."""
