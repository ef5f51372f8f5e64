"""What the wallet tells other blocks and the operator of safer gambling: exclusions and notices, as facts."""
