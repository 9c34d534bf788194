"""From facts to rows (`projection`, a file an area), what an order's come to (`standing`), in words (`story`)."""
