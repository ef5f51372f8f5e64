"""Support: finds customers, says what happened to them, and corrects what went wrong."""
