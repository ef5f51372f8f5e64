"""What stands in for processors and banks in tests of payments."""
