"""Support: finds customers, explains what happened to them, and corrects mistakes."""
