"""What others may rely on, generated from the messages: JSON Schemas, an AsyncAPI document and a page to read."""
