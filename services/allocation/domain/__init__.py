"""Two deciders: `front` gives the keeper each fact of an order once, `keeper` decides everything that moves stock."""
