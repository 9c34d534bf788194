"""Fulfillment: from promised units to a parcel in the customer's hands, and the only word on what can still be stopped.

Reads: `allocated`, `change-requested`, `order-held`, `order-released`, `reference` (rates), `ticks`; through its door
`warehouse-scans`, `shipment-failures` and `carrier-events`.
Writes: `warehouse-work`, `work-picked`, `work-failed`, `packed`, `shipped`, `delivered`, `shipment-exception`,
`change-answered`, `promises`.
Owns: the stage of every shipment, whether its dates were kept, the choice of carrier service, our tracking numbers, the
answer to a change.
Never: moves stock or money, changes an order, or decides which site sends what.

Guarantees: a unit that was stopped never ships, and none is packed or handed over while it is held; per line,
allocated = stopped + in parcels + still worked on; a request is answered once, also before the allocation it concerns
has come; stages are cumulative, so that scans and carrier events in any order end in the same parcel, and none that
comes again adds a fact.
"""
