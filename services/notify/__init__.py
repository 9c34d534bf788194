"""Notify: every customer is told of each step of an order once, in their language; teams and suppliers of alerts.

Reads:  the order facts that concern a customer, from placed to refunded; alerts of stock and of promise dates.
Writes: `notices` and `team-notices` (its router, for its own lanes), `notified`, `team-notified`, and what its runners
        are asked and answer.
Owns:   what each person and team was told, and what waits for the answer of a mail server or webhook.
Never:  sees a name or an address outside its runner; sends an old state after a newer one; sends anything in a replay.

Guarantees: one mail for each person, kind and reference, however often the fact comes; at most one repeat, with the
same Message-ID, for each crash between the mail server's yes and our record of it. A fact is told, failed or
superseded, and `notified` says which. An alert reaches each team once for each crossing of its limit.

A person's state keeps 17 bytes for each notice for ever, which is how nothing is told twice even when a topic is read
again from its start: about 100 bytes an order, so 10,000 orders of one person are a row of 1 MB.
"""
