"""Payment providers: a client each, which maps the provider's words to ours."""
