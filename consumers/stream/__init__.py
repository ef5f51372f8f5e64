"""From Kafka to a database: `broker/` reads, `group/` distributes the work, `database/` commits batches.

`topics.py` is what an app has to provide; `consumer.py` puts it together with the three folders.
"""
