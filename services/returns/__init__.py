"""Returns: which goods may come back, what came, and what is owed for it.

Reads    requests and receipts through its door; `order-placed`, `shipped`, `delivered` for what may come back and what
         it is worth; `refunded` for what has been paid; `reference` for the policy; `ticks` for its timers.
Writes   `return-authorized`, `returned`, `refund-requested`, and `return-grounds`, its memory of others' facts.
Owns     every return of an order, from the request to the last refund. A return waits for a fact (this service, 15
         minutes), for goods (the customer, until it expires), for the rest of them (the same), or for its refund
         (payments); else it is refunded or expired.
Never    pays, moves stock, or tells anybody; never decides by what merely has not arrived yet.

Guarantees: a request is answered once, whatever comes first; no unit is in two returns; what is owed for a line is
never more than was paid for it, and exactly that once every unit was canceled or has come back.
"""
