"""What somebody took along, checked as a whole and without a network: a ZIP with a signed manifest, proofs, and the policy's files.

Nothing is unpacked to disk. In this order: the list of files is that of the manifest which the log's key signed; every file is
as listed; every proof holds, under the one checkpoint; none of the person's entries was left out of their list; enough witnesses
cosigned the checkpoint; it extends that of the copy before; each proved entry names a policy whose files are here.
"""

import hashlib
import io
import zipfile
from dataclasses import dataclass

from kept_verify.chain import Complete, verify_chain
from kept_verify.note import NotVerified, from_base64, verify_checkpoint, verify_signed
from kept_verify.policy import Policy, read_policy, verify_quorum
from kept_verify.proof import Verified, verify_consistency, verify_proof

MOST_BYTES = 1 << 30
MOST_FILES = 200_000
MANIFEST, SUMS = "MANIFEST", "SHA256SUMS"
CHAIN = "entries.chain"
EVIDENCE = "evidence/"


@dataclass(frozen=True)
class Bundle:
    """What was verified: log, size, proofs, the list, witnesses with their times, size of the copy before, policies, whose key."""

    origin: str
    size: int
    proved: list[Verified]
    complete: Complete
    cosigned: dict[str, int]
    older_size: int
    policies: int
    own_key: bool


def verify_bundle(raw: bytes, key: str | None, policy: Policy | None, older: str | None) -> Bundle:
    """Verify a copy.

    Args:
        raw: The ZIP.
        key: The log's published key, as noted elsewhere; without one that of the copy itself is taken, and the answer says so,
            unless a policy held elsewhere names it.
        policy: A witness policy held elsewhere; without one that of the copy is enforced, where there is one.
        older: A checkpoint kept from before, which has to be the one this copy begins at, or the same log's.

    Raises:
        NotVerified: Something does not hold.
    """
    files = read_files(raw)
    chosen = key or text_of(files, EVIDENCE + "ledger.key").strip()
    verify_manifest(files, chosen)
    note = text_of(files, EVIDENCE + "checkpoint")
    origin, size, _ = verify_checkpoint(note, chosen)
    own_key = key is None and not (policy and policy.logs)
    proved = [
        proof_in(files, name, note, chosen)
        for name in sorted(files)
        if name.startswith(EVIDENCE + "proofs/") and name.endswith(".tlog-proof")
    ]
    complete = verify_chain(text_of(files, CHAIN), proved)
    if policy is None and EVIDENCE + "witness.policy" in files:
        policy = read_policy(files[EVIDENCE + "witness.policy"])
    cosigned = verify_quorum(policy, note, chosen) if policy else {}
    older_size = verify_older(files, note, chosen, older)
    return Bundle(origin, size, proved, complete, cosigned, older_size, verify_policies(files, proved), own_key)


def read_files(raw: bytes) -> dict[str, bytes]:
    """Read every file of a ZIP; refuse one with a name twice, or larger than a copy is."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            found = archive.infolist()
            fits = len(found) <= MOST_FILES and sum(one.file_size for one in found) <= MOST_BYTES
            files = {one.filename: archive.read(one) for one in found} if fits else {}
    except Exception:  # noqa: BLE001 -- the library raises many kinds, its decompressors more
        raise NotVerified("bundle: this is not a whole ZIP") from None
    if not fits or len(files) != len(found):
        raise NotVerified("bundle: too many files, too large, or a name stands there twice")
    return files


def text_of(files: dict[str, bytes], name: str) -> str:
    """Return a file as text."""
    try:
        return files[name].decode()
    except KeyError:
        raise NotVerified(f"bundle: {name} is missing") from None
    except UnicodeDecodeError:
        raise NotVerified(f"bundle: {name} is no text") from None


def verify_manifest(files: dict[str, bytes], key: str) -> None:
    """Verify that the log's key signed the list of files, and that each file is as listed and none is besides."""
    origin = key.partition("+")[0]
    signed = verify_signed(text_of(files, MANIFEST), key)
    sums = text_of(files, SUMS)
    if signed != f"kept/bundle/v1\n{origin}\n{hashlib.sha256(sums.encode()).hexdigest()}\n":
        raise NotVerified("bundle: the signed manifest is of another list of files, or of another log")
    listed = sorted(
        f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in files if name not in {MANIFEST, SUMS}
    )
    if listed != sorted(sums.splitlines(keepends=True)):
        raise NotVerified("bundle: a file is not as the manifest lists it, is missing, or is not listed")


def proof_in(files: dict[str, bytes], name: str, note: str, key: str) -> Verified:
    """Verify one proof of a copy; all of them rest on the one checkpoint."""
    text = text_of(files, name)
    if text.partition("\n\n")[2] != note:
        raise NotVerified("bundle: a proof rests on another checkpoint than the copy's")
    return verify_proof(text, key)


def verify_older(files: dict[str, bytes], note: str, key: str, older: str | None) -> int:
    """Verify that the log extends the one of the copy before; return its size, 0 where this copy is the first."""
    within = EVIDENCE + "older.checkpoint"
    if within not in files:
        if older is not None:
            raise NotVerified(
                "bundle: it holds nothing that joins it to the older checkpoint; use --consistency with a proof of it"
            )
        return 0
    begins = text_of(files, within)
    hashes = [from_base64(one, "bundle") for one in text_of(files, EVIDENCE + "consistency").split()]
    size, _ = verify_consistency(begins, note, hashes, key)
    if older is not None:
        _, kept, root = verify_checkpoint(older, key)
        if kept != size:
            raise NotVerified(
                f"bundle: it begins at {size} entries, and the older checkpoint has {kept}; "
                "use --consistency with a proof of it"
            )
        if root != verify_checkpoint(begins, key)[2]:
            raise NotVerified("bundle: two checkpoints of one size have different roots: the log was forked")
    return size


def verify_policies(files: dict[str, bytes], proved: list[Verified]) -> int:
    """Verify that the files of each policy a proved entry names are there; return how many versions there are."""
    versions: dict[str, dict[str, bytes]] = {}
    for name, content in files.items():
        folder, _, rest = name.partition("/")
        version, _, file = rest.partition("/")
        if folder == "policies" and file:
            versions.setdefault(version, {})[file] = content
    hashes = {policy_hash(one, first)[:16] for one in versions.values() for first in one}
    for one in proved:
        named = one.account.get("policy")
        if named and str(named) not in hashes:  # whatever it is: a list has no hash
            raise NotVerified("bundle: an entry names a policy whose files are not there, or not as they were")
    return len(versions)


def policy_hash(files: dict[str, bytes], first: str) -> str:
    """Return the hash of a policy's files, the first file first."""
    digest = hashlib.sha256(b"kept/policy/v1\x00")
    for name in sorted(files, key=lambda name: (name != first, name)):
        for part in (name.encode(), files[name]):
            digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()
