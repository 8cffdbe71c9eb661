"""A small witness: it cosigns checkpoints of the logs it knows, each only when it extends the last one it cosigned.

`memory` remembers that one, durably, before any answer; `cosigner` decides; `pages` is its HTTP (C2SP tlog-witness). It knows
nothing of an installation, and runs on another machine than the log it watches.
"""
