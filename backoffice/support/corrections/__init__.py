"""What support corrects: progress by four eyes, and goodwill within a budget."""
