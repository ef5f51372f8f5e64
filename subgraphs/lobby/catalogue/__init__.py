"""The games of all providers as brands show them: where they are allowed, in the sections of editors."""
