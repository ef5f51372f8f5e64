"""Sets up an installation: brands and content from a file, Kafka topics, the import from the CRM."""
