"""What somebody takes along proves itself: `kept-verify copy.zip`, without network, and every change of it is refused."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import replace

import pytest
from witnessing import OurWitness, policy_of

from kept.crypto.signature import SigningKey
from kept.door.background import have_witnesses
from kept.ledger.checkpoint import sign_checkpoint, verify_checkpoint
from kept.ledger.note import sign_note, verifier_key
from kept.services.my_data.own_data import own_data
from kept.services.my_data.portability import take_along
from kept_verify.__main__ import main

pytestmark = pytest.mark.anyio


async def taken(installation, own, path):
    """Take a copy along after everything is published; return its files."""
    engine = installation.engine
    await engine.sequencer.integrate()
    if engine.witnesses is not None:
        await engine.witnesses.submit()
    path.write_bytes(await take_along(engine, own, "en"))
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(path, files):
    """Write files as a ZIP."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    path.write_bytes(out.getvalue())
    return str(path)


async def test_a_copy_proves_itself_and_extends_the_one_before(installation, tmp_path, capsys):
    """Every published entry is proved, the second copy leads from the first, witnesses and policies are checked, offline."""
    own = await installation.mori()
    engine = installation.engine
    key = str(engine.sequencer.verifier)
    first = await taken(installation, own, tmp_path / "first.zip")
    assert main([str(tmp_path / "first.zip"), "--key", key]) == 0
    assert "copy's own" not in capsys.readouterr().out
    assert "evidence/older.checkpoint" not in first
    with OurWitness(tmp_path / "seen", key) as one:
        await have_witnesses(engine, policy_of("any", ours=(one.vkey, one.url)), "late")
        await own_data(engine, own)
        second = await taken(installation, own, tmp_path / "second.zip")
    (tmp_path / "older").write_bytes(first["evidence/checkpoint"])
    assert main([str(tmp_path / "second.zip"), "--older", str(tmp_path / "older")]) == 0
    said = capsys.readouterr().out
    (tmp_path / "newer").write_bytes(second["evidence/checkpoint"])
    assert main([str(tmp_path / "second.zip"), "--older", str(tmp_path / "newer")]) == 1
    other = capsys.readouterr().out
    assert "it begins at" in other
    assert "forked" not in other
    forked = sign_checkpoint(
        replace(verify_checkpoint(first["evidence/checkpoint"].decode(), engine.sequencer.verifier), root=b"r" * 32),
        engine.parts.signing_key,
    )
    (tmp_path / "forked").write_text(forked)
    assert main([str(tmp_path / "second.zip"), "--older", str(tmp_path / "forked")]) == 1
    assert "forked" in capsys.readouterr().out
    size = int(first["evidence/checkpoint"].split(b"\n")[1])
    proofs = [name for name in second if name.endswith(".tlog-proof")]
    assert f"verified: {len(proofs)} entries" in said
    assert f"extends the one of the copy before, of {size} entries" in said
    assert "cosigned by ours" in said
    assert "copy's own" in said
    counted = second["entries.chain"].count(b"\nentry ")
    assert f"your entries: {counted} were counted; proved here: 1 to {len(proofs)}\n" in said
    assert f"nothing is left out up to entry {len(proofs) - 1}," in said
    assert len(proofs) == len([name for name in first if name.endswith(".tlog-proof")]) + 2  # the copy, and the look
    assert main([str(tmp_path / "second.zip"), "--json", "--key", key]) == 0
    answered = json.loads(capsys.readouterr().out)
    assert answered["older_size"] == size
    assert answered["list"]["nothing_left_out_up_to"] == len(proofs) - 1
    (tmp_path / "policy").write_text(f"log {key}\nwitness w {one.vkey}\nquorum w\n")
    assert main([str(tmp_path / "second.zip"), "--policy", str(tmp_path / "policy")]) == 0
    assert "copy's own" not in capsys.readouterr().out, "the policy, held elsewhere, names the key"
    assert main([str(tmp_path / "first.zip"), "--policy", str(tmp_path / "policy")]) == 1


async def test_no_change_of_a_copy_is_verified(installation, tmp_path, capsys):
    """A word, a proof left out, a file added, another's key, a broken ZIP: each is refused, and none ends in a traceback."""
    own = await installation.mori()
    key = str(installation.engine.sequencer.verifier)
    await taken(installation, own, tmp_path / "one.zip")
    whole = await taken(installation, own, tmp_path / "two.zip")
    proof = next(name for name in whole if name.endswith(".tlog-proof"))
    stranger = SigningKey(b"x" * 32)
    origin = key.partition("+")[0]

    def resigned(files, signer=stranger):
        sums = "".join(
            f"{hashlib.sha256(v).hexdigest()}  {k}\n" for k, v in files.items() if k not in {"MANIFEST", "SHA256SUMS"}
        )
        text = f"kept/bundle/v1\n{origin}\n{hashlib.sha256(sums.encode()).hexdigest()}\n"
        return {**files, "SHA256SUMS": sums.encode(), "MANIFEST": sign_note(text, origin, signer).encode()}

    ours = installation.engine.parts.signing_key
    listed = whole["entries.chain"].splitlines(keepends=True)
    changed = {
        "a word": {**whole, "data.json": whole["data.json"] + b" "},
        "a file left out": {name: content for name, content in whole.items() if name != "data.json"},
        "a proof left out": {name: content for name, content in whole.items() if name != proof},
        "a file added": {**whole, "more.txt": b"hello"},
        "no manifest": {name: content for name, content in whole.items() if name != "MANIFEST"},
        "no list": {name: content for name, content in whole.items() if name != "SHA256SUMS"},
        "no checkpoint": resigned({n: c for n, c in whole.items() if n != "evidence/checkpoint"}, ours),
        "signed by a stranger": resigned(whole),
        "signed by us, an older checkpoint beside": resigned(
            {**whole, "evidence/checkpoint": whole["evidence/older.checkpoint"]}, ours
        ),
        "signed by us, another policy": resigned(
            {n: c + b"x" * n.startswith("policies/") for n, c in whole.items()}, ours
        ),
        "signed by us, without the policy": resigned(
            {n: c for n, c in whole.items() if not n.startswith("policies/")}, ours
        ),
        "signed by us, no list of entries": resigned({n: c for n, c in whole.items() if n != "entries.chain"}, ours),
        "signed by us, an entry left out of the list, and its proof": resigned(
            {
                n: b"".join(listed[:3] + listed[4:]) if n == "entries.chain" else c
                for n, c in whole.items()
                if n != f"evidence/proofs/{listed[3].split()[1][:16].decode()}.tlog-proof"
            },
            ours,
        ),
        "signed by us, a proof spoiled": resigned({**whole, proof: whole[proof].replace(b"index ", b"index 1")}, ours),
        "signed by us, no hashes between": resigned({**whole, "evidence/consistency": b""}, ours),
        "signed by us, hashes that are none": resigned({**whole, "evidence/consistency": b"\xff"}, ours),
    }
    for what, files in changed.items():
        assert main([zipped(tmp_path / "changed.zip", files), "--key", key]) == 1, what
        assert capsys.readouterr().out.startswith("not verified: "), what
    assert main([zipped(tmp_path / "same.zip", resigned(whole, ours)), "--key", key]) == 0
    other = str(verifier_key(origin, stranger.public))
    assert main([str(tmp_path / "two.zip"), "--key", other]) == 1
    raw = (tmp_path / "two.zip").read_bytes()
    for broken in (
        b"PK",
        raw[:-30],
        raw[: len(raw) // 2],
        b"PK" + raw[2:60] + raw[90:],
        raw.replace(b"data.json", b"data.jsox"),
    ):
        (tmp_path / "broken.zip").write_bytes(broken)
        assert main([str(tmp_path / "broken.zip"), "--key", key]) == 1
    with zipfile.ZipFile(tmp_path / "two.zip", "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("data.json", b"another")
    assert main([str(tmp_path / "two.zip"), "--key", key]) == 1
    await own_data(installation.engine, own)


def test_what_stands_beside_a_copy_is_not_ignored(tmp_path):
    """A list, hashes or a second file given with a ZIP would be looked at by nobody: the command was used wrongly."""
    copy = zipped(tmp_path / "copy.zip", {"a": b""})
    for more in (["--chain", copy], ["--older", copy, "--consistency", copy], [copy]):
        with pytest.raises(SystemExit) as wrong:
            main([copy, *more])
        assert wrong.value.code == 2
