"""What has happened to a customer's money: read in pages, and shown in the graph."""
