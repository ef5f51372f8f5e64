"""What people prove who they are with: passwords, authenticators, recovery codes."""
