"""The world around Cauce, for demonstrations: a company, its channel, customers, warehouse, carriers and suppliers.

Everything here is an outsider: it writes raw topics, reads public ones, and knows nothing of how decisions are made.
"""
