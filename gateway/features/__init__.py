"""Our features, each in a folder of its own; `gateway.feature_list` has a line for each."""
