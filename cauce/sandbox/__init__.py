"""Providers to try things with: real servers on the loopback, each with a ledger of what it did."""
