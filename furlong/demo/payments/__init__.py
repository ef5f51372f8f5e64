"""The demo's payments: a played processor whose page customers pay at, and the listener for its webhooks."""
