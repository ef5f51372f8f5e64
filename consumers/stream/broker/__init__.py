"""The sources of records: Kafka, or an in-memory broker; and the topic that an offset belongs to."""
