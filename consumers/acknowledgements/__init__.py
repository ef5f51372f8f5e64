"""What nodes tell the back office: which global messages they have applied, and that they are alive."""
