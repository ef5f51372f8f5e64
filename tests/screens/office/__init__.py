"""What the fixed office answers, by area: the screens of the back office are tested with it."""
