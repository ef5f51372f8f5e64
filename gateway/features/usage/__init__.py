"""Counts over months which clients use which operations and fields, so that a field can be removed safely."""
