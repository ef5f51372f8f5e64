"""What tests of several parts share, by subject."""
