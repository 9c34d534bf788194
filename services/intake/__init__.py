"""Intake: every order of every channel is taken once or refused with reasons, and changed only as others could stop it.

Reads: `intake-commands`, `change-answered`, `backordered`, `reference` (products, sites, policy, holds), `ticks`; its
own `order-changed`, for orders beside others; through its door `channel-orders`.
Writes: `order-placed`, `order-refused`, `change-requested`, `order-changed`, `order-held`, `order-released`;
`intake-commands`, where an order is to be taken beside another.
Owns: what counts as the same order, what an order is worth, its versions and holds, and the row that an order leaves.
Never: decides whether a unit can still be stopped, moves stock or money, or opens what the door sealed.

Guarantees: a channel order is placed at most once, however often it is sent, and content that differs is set aside;
every request to change ends in a version, an order beside it or a `ChangeRefused`; no unit is asked for twice at a
time; what changes take off an order is never more than it was worth, and all of it once every unit is canceled.
"""
