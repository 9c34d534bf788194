"""What outsiders write becomes commands: read, located, sealed and identified."""
