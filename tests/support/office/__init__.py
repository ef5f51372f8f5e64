"""The back office over real MariaDB and Kafka: what runs, the people at their desks, and their days."""
