"""The back office over real MariaDB and Kafka: what runs, the people at their desks, and the day of each role."""
