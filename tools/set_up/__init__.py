"""Sets the clone up: installs and builds what a target of make needs, and nothing twice."""
