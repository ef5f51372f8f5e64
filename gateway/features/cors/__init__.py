"""Pages of other origins may read replies if the settings name these origins."""
