"""`kept witness`: a small witness for a second machine: make its key, and cosign the logs of a list."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uvicorn

from kept.cli.given import read_given
from kept.cli.serve import listen, read_port
from kept.crypto.lattice_signature import LatticeSigningKey
from kept.crypto.signature import SigningKey, new_seed
from kept.ledger.cosignature import cosigner_key
from kept.ledger.trust_policy import parse_trust_policy
from kept.services.engine.key_files import read_key, write_key
from kept.witness.cosigner import Cosigner
from kept.witness.memory import Memory
from kept.witness.pages import witness_app

KINDS: dict[str, Callable[[bytes], SigningKey | LatticeSigningKey]] = {
    "ed25519": SigningKey,
    "ml-dsa-44": LatticeSigningKey,
}
KEY_KIND = "witness-"


def add(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "witness",
        help="cosigns other installations' logs, from a second machine",
        epilog="example: kept witness new-key w.key --name witness.example/w1   ·   "
        "kept witness serve seen --key w.key --name witness.example/w1 --logs logs.txt",
    )
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    new = acts.add_parser("new-key", help="make the witness's key, in a file of its own, and print the public half")
    new.add_argument("file", help="file to make; it must not exist")
    new.set_defaults(run=_new_key)
    serving = acts.add_parser("serve", help="cosign, on loopback: a server with a certificate stands before it")
    serving.add_argument(
        "folder", help="what it has cosigned; only this witness writes there, and it must never be lost"
    )
    serving.add_argument("--key", required=True, help="the file `new-key` made")
    serving.add_argument(
        "--logs", required=True, metavar="FILE", help="the logs it knows: a line `log KEY` each, and `quorum none`"
    )
    serving.add_argument("--port", type=read_port, default=7380, help="port (default: 7380)")
    serving.set_defaults(run=_serve)
    for one in (new, serving):
        one.add_argument("--name", required=True, help="the witness's name, such as witness.example/w1")
        one.add_argument("--kind", choices=KINDS, default="ed25519", help="of its signatures (default: ed25519)")


def _new_key(chosen: argparse.Namespace) -> int:
    seed = new_seed()
    published = cosigner_key(chosen.name, KINDS[chosen.kind](seed))
    write_key(Path(chosen.file), KEY_KIND + chosen.kind, seed)
    print(published)
    return 0


def _serve(chosen: argparse.Namespace) -> int:
    key = KINDS[chosen.kind](read_key(Path(chosen.key), KEY_KIND + chosen.kind))
    logs = parse_trust_policy(read_given(chosen.logs)).logs
    with Memory(Path(chosen.folder)) as memory, contextlib.ExitStack() as held:
        cosigner = Cosigner(chosen.name, key, logs, memory, time.time)
        sockets = listen(chosen.port)
        for one in sockets:
            held.callback(one.close)
        config = uvicorn.Config(
            witness_app(cosigner, memory), access_log=False, log_level="warning", lifespan="off", server_header=False
        )
        print(f"witness {cosigner.published}")
        print(
            f"cosigns {', '.join(sorted(cosigner.origins))} at http://localhost:{chosen.port}/add-checkpoint; Ctrl-C stops it",
            flush=True,
        )
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(uvicorn.Server(config).serve(sockets=sockets))
    return 0
