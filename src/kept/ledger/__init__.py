"""The ledger's mathematics: leaves, tree, tiles, notes, checkpoints, proofs.

Pure: bytes in, values or errors out. RFC 9162 hashing; C2SP signed-note, tlog-checkpoint, tlog-tiles and tlog-proof.
It deliberately lacks storage, signing keys and the clock; services have those.
"""
