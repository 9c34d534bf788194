"""Replay: what was recorded is decided again, over empty tables, and compared with what was published, byte for byte.

Nothing is written anywhere, and no runner is ever built: a replay can touch nobody.
"""
