"""Our features, each in a folder of its own; `gateway.settings.feature_list` has a line for each."""
