"""§5.3 against whoever runs the installation: what is published was cosigned by enough strangers, or it is not published."""

from __future__ import annotations

import pytest
from asked import Browser
from witnessing import OurWitness, SaysAnything, policy_of

from kept import limits
from kept.channels.witness import WitnessServer
from kept.crypto.signature import SigningKey, new_seed
from kept.door.background import have_witnesses
from kept.errors import ClosedError, InputError, SettingError
from kept.guarantees import ledger_consistent
from kept.ledger.cosignature import cosign, cosigner_key, find_cosignature, parse_cosigner_key
from kept.ledger.note import verifier_key
from kept.ledger.submission import parse_submission
from kept.services.engine.published_log import log_name
from kept.services.gate.history import proof_of
from kept.services.my_data.own_data import own_data

pytestmark = pytest.mark.anyio

NEWEST = "SELECT entry_id FROM entry_person WHERE person_id = ? ORDER BY recorded_at DESC LIMIT 1"
GONE = "http://127.0.0.1:9"
KEY = SigningKey(new_seed())
VKEY = str(cosigner_key("loud.example/w", KEY))


async def grown(installation, own) -> int:
    """Record something, integrate it, and return the size signed now."""
    await own_data(installation.engine, own)
    await installation.engine.sequencer.integrate()
    return installation.engine.sequencer.checkpoint.size


async def test_what_is_published_carries_the_cosignatures_of_enough_witnesses(installation, tmp_path):
    """Two of three answer, one of them with ML-DSA-44: published, stored, in the proofs, and found again after a restart."""
    own = await installation.join()
    engine = installation.engine
    log = str(engine.sequencer.verifier)
    with (
        OurWitness(tmp_path / "a", log) as one,
        OurWitness(tmp_path / "b", log, name="b.example/w", lattice=True) as other,
    ):
        policy = policy_of("2", a=(one.vkey, one.url), b=(other.vkey, other.url), c=(VKEY, GONE))
        await have_witnesses(engine, policy, "late")
        for _ in range(3):  # the first submission begins at nothing, the others extend it by a proof
            size = await grown(installation, own)
            await engine.witnesses.submit()
            assert engine.published.checkpoint.size == size
        note = (await Browser(installation).get(f"/ledger/{log_name(engine)}/checkpoint")).text
        for vkey in (one.vkey, other.vkey):
            assert find_cosignature(note, parse_cosigner_key(vkey)).at > 0
        assert one.memory.checkpoint_of(engine.sequencer.origin).size == size
        [entry] = installation.sql(NEWEST, own.person_id)[0]
        assert note in (await proof_of(engine, own, entry.hex())).text()
        finding = await ledger_consistent.check(engine)
        assert finding.holds
        assert "2 of 3 witnesses" in finding.detail
        assert "published late" in finding.detail
        await installation.close()
        await installation.open()
        await have_witnesses(installation.engine, policy, "late")
        assert installation.engine.published.note == note
        assert [standing.size for standing in installation.engine.witnesses.standings] == [size, size, 0]


async def test_what_too_few_have_cosigned_is_shown_to_nobody(installation, tmp_path):
    """One of two answers: the entry is pending, its leaf is not served, and the checkpoint stays the older one."""
    own = await installation.join()
    engine = installation.engine
    log = str(engine.sequencer.verifier)
    with OurWitness(tmp_path / "a", log) as one:
        await have_witnesses(engine, policy_of("all", a=(one.vkey, one.url), c=(VKEY, GONE)), "late")
        await grown(installation, own)
        await engine.witnesses.submit()
    assert engine.published.checkpoint is None
    browser, name = Browser(installation), log_name(engine)
    for path in ("checkpoint", "tile/0/000.p/1", "tile/entries/000.p/1"):
        assert (await browser.get(f"/ledger/{name}/{path}")).status_code == 404
    assert (await browser.get("/ledger/checkpoint")).text == ""
    with pytest.raises(InputError) as refused:
        await proof_of(engine, own, installation.sql(NEWEST, own.person_id)[0][0].hex())
    assert refused.value.reason == "entry-pending"
    engine.ready()  # late: the gate stays open
    assert engine.witnesses.standings[1].fault == "witness-silent"


async def test_who_cosigned_is_not_asked_again_while_others_are_silent(installation, tmp_path):
    """One of two answers, and is gone when the other is back: published, since each cosigned; neither is asked twice."""
    own = await installation.join()
    engine = installation.engine
    with (
        SaysAnything(lambda body: (200, TEXT, cosigned(body))) as loud,
        OurWitness(tmp_path / "b", str(engine.sequencer.verifier)) as other,
    ):
        await have_witnesses(engine, policy_of("all", a=(VKEY, loud.url), b=(other.vkey, other.url)), "late")
        first, second = engine.witnesses.standings
        there, second.server = second.server, WitnessServer(GONE)
        size = await grown(installation, own)
        for _ in range(2):
            await engine.witnesses.submit()
        assert (len(loud.asked), engine.published.checkpoint) == (1, None)
        first.server, second.server, second.next_at = WitnessServer(GONE), there, 0.0
        await engine.witnesses.submit()
    assert engine.published.checkpoint.size == size
    assert len(engine.witnesses.cosigned_by) == 2


async def test_while_too_few_answer_the_gate_closes_where_that_was_declared(installation, tmp_path):
    """Ten minutes, then the gate refuses and the board says so; an answer opens it again by itself."""
    own = await installation.join()
    engine = installation.engine
    log = str(engine.sequencer.verifier)
    with OurWitness(tmp_path / "a", log) as one:
        await have_witnesses(engine, policy_of("any", a=(one.vkey, one.url)), "close")
        standing = engine.witnesses.standings[0]
        there, standing.server = standing.server, WitnessServer(GONE)
        await grown(installation, own)
        await engine.witnesses.submit()
        installation.wall.pass_(limits.WITNESSES_SILENT_SECONDS + 1)
        await engine.watch()
        assert not (await ledger_consistent.check(engine)).holds
        with pytest.raises(ClosedError) as refused:
            await own_data(engine, own)
        assert refused.value.reason == "witnesses-silent"
        standing.server = there
        await engine.witnesses.submit()
        await engine.watch()
        await own_data(engine, own)
        assert "the gate closes" in (await ledger_consistent.check(engine)).detail


def cosigned(body: bytes, key=KEY, name="loud.example/w") -> bytes:
    """Return a cosignature over what is submitted."""
    text = parse_submission(body).note.rpartition("\n\n")[0] + "\n"
    return cosign(text, name, key, 1_800_000_000).line.encode()


TEXT = "text/plain"
HOSTILE = {
    "an error page": lambda _: (500, "text/html", b"<p>sorry</p>"),
    "a redirect": lambda body: (302, TEXT, cosigned(body)),
    "nothing": lambda _: (200, TEXT, b""),
    "another key's cosignature": lambda body: (200, TEXT, cosigned(body, SigningKey(new_seed()))),
    "another witness's cosignature": lambda body: (200, TEXT, cosigned(body, SigningKey(new_seed()), "other.example")),
    "a cosignature of another checkpoint": lambda body: (200, TEXT, cosigned(body.replace(b"ledger/", b"ledger/2"))),
    "a signature with one bit changed": lambda body: (200, TEXT, cosigned(body)[:-8] + b"AAAA" + cosigned(body)[-4:]),
    "a checkpoint of its own": lambda body: (200, TEXT, b"x\n\n" + cosigned(body)),
    "bytes that are no text": lambda body: (200, TEXT, b"\xff\xfe" + cosigned(body)),
    "more than an answer has": lambda body: (200, TEXT, cosigned(body) + b"\n" * limits.WITNESS_ANSWER_BYTES),
    "a conflict without a size": lambda _: (409, "text/x.tlog.size", b"many\n"),
    "a conflict of another type": lambda _: (409, TEXT, b"0\n"),
    "a conflict without an end": lambda _: (409, "text/x.tlog.size", b"0"),
    "a conflict for ever": lambda _: (409, "text/x.tlog.size", b"0\n"),
}


@pytest.mark.parametrize("answer", HOSTILE.values(), ids=HOSTILE)
async def test_what_a_witness_answers_is_believed_as_far_as_its_signature(installation, answer):
    """Whatever comes instead of a cosignature, nothing is published, and the round ends."""
    own = await installation.join()
    engine = installation.engine
    with SaysAnything(answer) as loud:
        await have_witnesses(engine, policy_of("any", a=(VKEY, loud.url)), "late")
        await grown(installation, own)
        await engine.witnesses.submit()
    assert engine.published.checkpoint is None
    assert engine.witnesses.standings[0].fault
    assert installation.sql("SELECT COUNT(*) FROM cosignature") == [(0,)]
    assert 1 <= len(loud.asked) <= 3


async def test_a_sound_cosignature_among_strange_lines_counts(installation):
    """Cosignatures by keys nobody configured are ignored, and not kept."""
    own = await installation.join()
    engine = installation.engine
    strange = SigningKey(new_seed())
    with SaysAnything(lambda body: (200, TEXT, cosigned(body, strange, "x.example") + cosigned(body))) as loud:
        await have_witnesses(engine, policy_of("any", a=(VKEY, loud.url)), "late")
        await grown(installation, own)
        await engine.witnesses.submit()
    assert engine.published.checkpoint == engine.sequencer.checkpoint
    assert "x.example" not in engine.published.note
    assert loud.asked[0].startswith(b"old 0\n\n")


async def test_a_witness_that_knows_a_longer_log_is_heard(installation, tmp_path):
    """D, K and the checkpoint file put back together: nothing inside can tell, but the witness can, and the board says so."""
    own = await installation.join()
    engine = installation.engine
    with OurWitness(tmp_path / "a", str(engine.sequencer.verifier)) as one:
        policy = policy_of("any", a=(one.vkey, one.url))
        await have_witnesses(engine, policy, "late")
        await installation.close()
        before = {file: file.read_bytes() for file in installation.folder.glob("shop*") if file.is_file()}
        await installation.open()
        await have_witnesses(installation.engine, policy, "late")
        await grown(installation, await installation.session(own.person_id))
        await installation.engine.witnesses.submit()
        await installation.close()
        for file in installation.folder.glob("shop*"):
            if file.is_file():
                file.unlink()
        for file, content in before.items():
            file.write_bytes(content)
        await installation.open()
        await have_witnesses(installation.engine, policy, "late")
        await installation.engine.witnesses.submit()
        assert installation.engine.witnesses.ahead
        finding = await ledger_consistent.check(installation.engine)
        assert not finding.holds
        assert "put back" in finding.detail


async def test_a_row_written_into_the_database_publishes_nothing(installation, tmp_path):
    """Whoever writes D moves a cosignature to another checkpoint, or invents one: it does not verify, and is not there."""
    own = await installation.join()
    engine = installation.engine
    with OurWitness(tmp_path / "a", str(engine.sequencer.verifier)) as one:
        policy = policy_of("any", a=(one.vkey, one.url))
        await have_witnesses(engine, policy, "late")
        await grown(installation, own)
        await engine.witnesses.submit()
        published = engine.published.checkpoint.size
        newer = await grown(installation, own)
        installation.sql("UPDATE cosignature SET size = ?", newer)
        installation.sql("INSERT INTO cosignature VALUES (?, 'x', 'CERTIFIED COMPLETE', 1.0)", published)
        await have_witnesses(engine, policy, "late")
        assert engine.published.checkpoint is None
        await engine.witnesses.submit()
        assert engine.published.checkpoint.size == newer


@pytest.mark.parametrize(
    ("policy", "while_silent", "reason"),
    [
        (f"witness a {VKEY} https://w.example\nquorum none\n", "late", "witness-address"),
        (f"witness a {VKEY}\nquorum a\n", "late", "witness-address"),
        (f"witness a {VKEY} ftp://w.example\nquorum a\n", "late", "witness-address"),
        (f"witness a {VKEY} https://u:p@w.example/?x\nquorum a\n", "late", "witness-address"),
        (f"witness a {VKEY} http://[::1\nquorum a\n", "late", "witness-address"),
        (f"witness a {VKEY} https://w.example\nquorum a\n", "never", "while-silent"),
        (f"witness a {VKEY} https://w.example\n", "late", "trust-policy"),
        (
            "log other.example+11b50fd6+AQBXWu0c4yzgwFgHBxwR2zmkUgAqELYsCRKXL4/XQFNC\nquorum none\n",
            "late",
            "trust-policy",
        ),
    ],
    ids=[
        "no quorum",
        "no address",
        "another scheme",
        "a password",
        "a broken address",
        "never",
        "no rule",
        "another log",
    ],
)
async def test_a_policy_nobody_can_keep_is_refused_at_the_start(installation, policy, while_silent, reason):
    """No quorum, no address, no such word, another log's key."""
    with pytest.raises(SettingError) as refused:
        await have_witnesses(installation.engine, policy.encode(), while_silent)
    assert refused.value.reason == reason


async def test_a_policy_of_another_log_is_refused(installation):
    """It would publish nothing that its own users believe."""
    other = verifier_key("other.example", KEY.public)
    policy = f"log {other}\nwitness a {VKEY} https://w.example\nquorum a\n"
    with pytest.raises(SettingError) as refused:
        await have_witnesses(installation.engine, policy.encode(), "late")
    assert refused.value.reason == "witness-log"
