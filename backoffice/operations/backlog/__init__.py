"""What waits: records that consumers have not read, in the order of Kafka."""
