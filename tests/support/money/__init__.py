"""What every wallet behind the kit's protocol of money is held to."""
