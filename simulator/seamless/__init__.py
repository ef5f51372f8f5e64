"""An operator's own wallet: it decides on each bet, and its books say what became of customers' money."""
