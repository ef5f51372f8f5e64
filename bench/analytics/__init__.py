"""Analytics at a hundred million bets: how fast it is filled, counted and asked, beside MariaDB."""
