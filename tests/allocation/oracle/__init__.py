"""The laws of a pool and everything that can happen to one, for the machine that looks for a breach."""
