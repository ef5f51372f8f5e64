"""What the upstream and the platform put on Kafka: accounts, rewards, bets and feeds."""
