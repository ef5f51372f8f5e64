"""What any block needs: sessions, operations, money, reads by key, outbox, intents, live updates."""
