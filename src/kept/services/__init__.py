"""Use cases, one per file: authorise, act, append to the ledger. The only layer that reads the clock.

Start at `gate.py` (the only way out) and `engine.py` (what is open while an installation runs).
"""
