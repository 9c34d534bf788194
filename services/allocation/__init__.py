"""Allocation: promises units of orders from the sites that have them, and keeps the ledger of every unit.

Reads    `stock-reports` through its door; `order-placed`, `order-changed`, `work-picked`, `work-failed`, `packed`,
         `shipped` and `returned` through its front, which gives the keeper each of them once; reference data with its
         commands.
Writes   `allocated`, `backordered`, `reservations`, `stock-moved`, `stock-counts`, `stock-transfers`, `stock-inbound`,
         `stock-levels`, `stock-alerts`, `stock-demand`, `purchase-requested`, `stock-exception`, `waves`.
Owns     stock: what a site has of a sku, what of it is promised to whom, and who waits for it.
Never    touches the carton, moves money, or tells anybody.

Guarantees: every number of stock is the fold of its ledger and never below zero; no unit is promised twice; an order is
decided as a whole with every site in view; who waits for a sku is served in the order they came. Goods at a site that
the reference does not name are kept, and sourced from once it does.
"""
