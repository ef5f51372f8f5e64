"""The wallet's consumer."""
