"""Payments: the money of an order, taken by its channel and paid back through the provider.

Reads: order-placed, order-changed, refund-requested; payments-effects and payments-results between lane and runner.
Writes: captured, refunded, payment-failed; payments-effects, payments-results.
Owns: what was captured of each order, what is owed back and how it is spread over the captured payments.
Never: pays back more of a payment than was captured, asks the provider twice for one refund under different keys, or
sees a card number: it knows providers' references alone.

Guarantees: 0 ≤ refunded ≤ captured of each payment at every offset, in whatever order the facts come. What is not
finished waits in a named state: `asked` (the runner asks until the provider answers), `failed` (the provider refused:
finance), or a refund that is *short* (no captured payment covers it: the next capture, or finance).
"""
