"""Effects performed at a provider, each answered once."""
