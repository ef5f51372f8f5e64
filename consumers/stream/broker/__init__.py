"""Where records come from: Kafka, or a broker in memory, and which topic's records an offset counts."""
