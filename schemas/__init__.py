"""What crosses a boundary, and only that: messages, their envelope, and the table of topics."""
