"""The independent verifier: standard library only, readable in ten minutes, and knows nothing of Kept's code.

It answers one question about a `.tlog-proof` file: does the log whose key you hold commit to exactly this entry?
Read `proof.py` for the five steps, `note.py` for the checkpoint, `ed25519.py` for the signature, `__main__.py` for the command.
"""

from kept_verify.note import NotVerified
from kept_verify.proof import Verified, verify_consistency, verify_proof

__all__ = ["NotVerified", "Verified", "verify_consistency", "verify_proof"]
