"""What the back office decides for all nodes: numbered, published on Kafka, and acknowledged by each node."""
