"""What each job does in the back office in a day, in a browser."""
