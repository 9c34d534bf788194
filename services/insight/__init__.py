"""Insight: every fact as rows that people and programs can ask.

Reads:  every fact topic, and the runners' answers.
Writes: SQL: orders and their lines by stage, shipments, payments, refunds, returns, notices, stock positions,
        exceptions, and a timeline that names the record behind each line.
Owns:   the read model of its deployment, in SQLite or PostgreSQL.
Never:  decides anything; is read by another service; holds personal data, which stays sealed in the topics.

Guarantees: rows and offsets change in one database transaction, and an offset only from the value it was read at, so a
second projector stops instead of counting twice. Projections commute: whatever the order in which facts of different
topics come, and however often, the rows are the same. Delete the database and it is built again from the topics.
"""
