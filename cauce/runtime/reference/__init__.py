"""Reference data: read from files, published as records, seen by lanes."""
