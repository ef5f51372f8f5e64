"""What the club owes, and whether its credits agree with the providers' journals."""
