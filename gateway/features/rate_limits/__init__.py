"""Rate limits: buckets of cost points for customers, addresses, clients and classes of clients."""
