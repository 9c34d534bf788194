"""The heavy proofs: each puts a part under load and kills, recomputes everything that came of it, and gives figures.

`python -m chaos.proofs NAME...` (`make proofs`) runs them, each on brokers of its own and with one JSON object at the
end. What they start, kill and count with serves the live tests too.
"""
