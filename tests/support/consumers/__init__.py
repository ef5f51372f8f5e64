"""Records of every topic, loads of them, and consumers that process them or die."""
