"""Pages and screens in real browsers."""
