"""What support says to customers and reads on a timeline, in plain English."""
