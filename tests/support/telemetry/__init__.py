"""What tests read of logs and traces."""
