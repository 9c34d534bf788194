"""The laws, checked from what the topics hold: each check reads every record once and names the first that breaks it.

Pure: `Auditor` is fed records in the order of their topics and partitions and knows no broker.
"""
