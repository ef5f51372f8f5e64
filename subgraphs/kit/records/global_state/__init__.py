"""What the back office decided for all nodes, as a subgraph knows it: the last message of each subject."""
