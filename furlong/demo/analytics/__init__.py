"""Analytics beside the demo, with weeks of made history before it."""
