"""The outbox, links, tallies, stop lists and campaigns in D."""

from __future__ import annotations

from kept.store import sql

MORI, SATO = b"m" * 16, b"s" * 16


def put(data, person_id=MORI, message_id="m1", at=1.0, origin_id="c1"):
    """Let a message wait."""
    data.run(
        "outbox_put", person_id=person_id, message_id=message_id, origin="campaign", origin_id=origin_id,
        purpose="information-for-you", channel="mail", mandate_id="x", queued_at=at,
        next_at=at, moved_at=at,
    )  # fmt: skip


def take(data, attempts):
    """Take a message."""
    return data.run(
        "outbox_take", person_id=MORI, message_id="m1", attempts=attempts, status="handing", entry_id="e1",
        notice_id="n1", at=5.0,
    )  # fmt: skip


def settle(data, status, entry_id="e1", reason="", next_at=9.0):
    """Say how it ended."""
    return data.run(
        "outbox_settle", person_id=MORI, message_id="m1", entry_id=entry_id, status=status, reason=reason,
        next_at=next_at, at=6.0,
    )  # fmt: skip


def test_a_message_is_taken_by_one_worker_and_settled_by_the_same(data):
    """Compare and set on status and tries: two never both win."""
    put(data)
    put(data, SATO, "m2", at=3.0)
    due = ("campaign", "c1", "information-for-you", "mail", "x", 0)
    assert data.all(sql.OutboxDue, at=2.0, limit=5) == [(MORI, "m1", *due)]
    assert data.all(sql.OutboxDue, at=3.0, limit=5) == [(MORI, "m1", *due), (SATO, "m2", *due)]
    assert take(data, 1) == 0
    assert [take(data, 0), take(data, 0), take(data, 1)] == [1, 0, 0]
    assert data.all(sql.OutboxHanding) == [(MORI, "m1", "campaign", "c1", "e1", 5.0)]
    assert data.one(sql.OutboxHandingBefore, at=5.0) == (0,)
    assert data.one(sql.OutboxHandingBefore, at=5.1) == (1,)
    assert settle(data, "sent", entry_id="other") == 0
    assert [settle(data, "waiting", reason=""), settle(data, "sent")] == [1, 0]
    assert data.all(sql.OutboxDue, at=8.9, limit=5) == [(SATO, "m2", *due)]
    assert take(data, 1) == 1
    assert settle(data, "sent", reason="") == 1
    assert data.one(sql.OutboxWaitingOne, message_id="m1") is None
    assert data.one(sql.OutboxWaitingOne, message_id="m2") == (SATO, *due)
    assert data.one(sql.OutboxFind, message_id="m1") == (
        MORI, "campaign", "c1", "information-for-you", "mail", "sent", "", 6.0, "e1", "n1", 2,
    )  # fmt: skip
    assert data.all(sql.OutboxOfPerson, person_id=MORI) == [
        ("m1", "campaign", "c1", "information-for-you", "mail", "sent", 6.0, "e1")
    ]
    assert data.all(sql.OutboxInStatus, status="sent", limit=5) == [(MORI, "m1", "mail", "e1")]
    assert data.all(sql.OutboxOfOrigin, origin="campaign", origin_id="c1", status="sent") == [("m1", "mail", 2, 6.0)]
    assert data.one(sql.OutboxCount, origin="campaign", origin_id="c1", status="waiting") == (1,)


def test_what_waits_is_left_out_put_off_or_stopped(data):
    """Each only while it waits."""
    for number, message_id in enumerate(("m1", "m2", "m3")):
        put(data, message_id=message_id, at=float(number))
    assert data.run("outbox_leave_out", person_id=MORI, message_id="m1", reason="no", at=4.0) == 1
    assert data.run("outbox_leave_out", person_id=MORI, message_id="m1", reason="no", at=4.0) == 0
    assert data.run("outbox_put_off", person_id=MORI, message_id="m2", next_at=50.0, at=4.0) == 1
    assert data.run("outbox_put_off", person_id=MORI, message_id="m1", next_at=50.0, at=4.0) == 0
    assert [row[1] for row in data.all(sql.OutboxDue, at=10.0, limit=5)] == ["m3"]
    assert data.run("outbox_stop", origin="campaign", origin_id="c1", at=6.0) == 2
    assert data.all(sql.OutboxDue, at=99.0, limit=5) == []
    assert data.run("outbox_erase", person_id=MORI) == 3


def test_what_is_unknown_goes_again_by_hand_only(data):
    """It waits again, under the same number."""
    put(data)
    assert data.run("outbox_again", person_id=MORI, message_id="m1", at=7.0) == 0
    take(data, 0)
    settle(data, "unknown")
    assert data.run("outbox_again", person_id=MORI, message_id="m1", at=7.0) == 1
    assert [row[1] for row in data.all(sql.OutboxDue, at=7.0, limit=5)] == ["m1"]


def test_links_lead_to_their_message(data):
    """By the hash of the token; gone with the person."""
    for token_hash in (b"h1", b"h2"):
        data.run("message_link_put", person_id=MORI, token_hash=token_hash, message_id="m1")
    assert data.one(sql.MessageLinkFind, token_hash=b"h1") == (MORI, "m1")
    assert data.one(sql.MessageLinkFind, token_hash=b"h3") is None
    assert data.all(sql.MessageLinksOf, person_id=MORI, message_id="m1") == [(b"h1",), (b"h2",)]
    assert data.run("message_link_erase", person_id=MORI) == 2


def test_tallies_add_up(data):
    """By origin, outcome and reason."""
    for outcome, reason, count in (("sent", "", 2), ("left-out", "no", 1), ("sent", "", 3), ("sent", "", -1)):
        data.run("reach_tally_add", origin="campaign", origin_id="c1", outcome=outcome, reason=reason, count=count)
    assert data.all(sql.ReachTallies, origin="campaign", origin_id="c1") == [("left-out", "no", 1), ("sent", "", 4)]


def test_a_stop_list_is_a_channel_s(data):
    """An address stands there once for each reason, and is lifted whole."""
    for channel, reason in (("mail", "asked"), ("mail", "undeliverable"), ("mail", "asked"), ("fax", "asked")):
        data.run("stop_list_put", channel=channel, token=b"t", reason=reason, since=1.0)
    assert data.all(sql.StopListOf, channel="mail", token=b"t") == [("asked",), ("undeliverable",)]
    assert data.one(sql.StopListCount, channel="mail") == (2,)
    assert data.run("stop_list_lift", channel="mail", token=b"t") == 2
    assert data.all(sql.StopListOf, channel="fax", token=b"t") == [("asked",)]


def test_a_campaign_goes_step_by_step(data):
    """Each step only from the one before."""
    for campaign_id in ("c1", "c2"):
        data.run(
            "campaign_insert", campaign_id=campaign_id, purpose="announcements", file="f", seal="s", made_by="ume", made_at=1.0,
            walked=b"",
        )  # fmt: skip
    whole = data.one(sql.CampaignGet, campaign_id="c1")
    assert data.all(sql.Campaigns) == [("c1", *whole), ("c2", *whole)]
    for changed in (1, 0):
        assert changed == data.run("campaign_ask", campaign_id="c1", approval_id="a")
    for changed in (1, 0):
        assert changed == data.run("campaign_back", campaign_id="c1")
    assert data.run("campaign_ask", campaign_id="c1", approval_id="a") == 1
    for changed in (1, 0):
        assert changed == data.run("campaign_approve", campaign_id="c1", mandate_id="m")
    for changed in (1, 0):
        assert changed == data.run("campaign_walk", campaign_id="c1", expected=b"", walked=MORI)
    assert data.run("campaign_queued", campaign_id="c1", queued_at=4.0) == 1
    assert data.all(sql.CampaignsInStatus, status="sending") == [("c1",)]
    for changed in (1, 0):
        assert changed == data.run("campaign_stop", campaign_id="c1", expected="sending", stopped_at=5.0)
    assert data.one(sql.CampaignGet, campaign_id="c1") == (
        "announcements", "f", "s", "ume", 1.0, "stopped", "a", "m", MORI, 4.0, 5.0,
    )  # fmt: skip


def test_what_is_not_wanted_any_more_never_waited(data):
    """One person's, of one origin, while it waits: what is on its way stays."""
    put(data)
    put(data, SATO, "m2")
    put(data, SATO, "m3", origin_id="c2")
    assert data.run("outbox_call_off", person_id=SATO, origin="campaign", origin_id="c1") == 1
    assert [row.message_id for row in data.all(sql.OutboxWaiting)] == ["m1", "m3"]
    take(data, 0)
    assert data.run("outbox_call_off", person_id=MORI, origin="campaign", origin_id="c1") == 0


def test_after_a_restore_what_waits_is_held(data):
    """It may have gone since the backup."""
    put(data)
    put(data, SATO, "m2")
    assert [row[1:] for row in data.all(sql.OutboxWaiting)] == [("m1", "campaign", "c1"), ("m2", "campaign", "c1")]
    assert data.run("outbox_hold", at=9.0) == 2
    assert data.all(sql.OutboxWaiting) == []
    assert [row[:2] for row in data.all(sql.OutboxUnknown)] == [("campaign", "c1")] * 2
    assert data.one(sql.OutboxCount, origin="campaign", origin_id="c1", status="unknown") == (2,)


def test_a_held_channel_waits_as_one_and_goes_on_as_one(data):
    """Only its own messages, only those that wait, and never an earlier time."""
    put(data)
    put(data, SATO, "m2", at=50.0)
    assert data.run("outbox_hold_back", channel="post", next_at=20.0) == 0
    assert data.run("outbox_hold_back", channel="mail", next_at=20.0) == 1
    assert data.all(sql.OutboxDue, at=19.0, limit=5) == []
    assert data.run("outbox_go_on", channel="mail", at=3.0) == 2
    assert len(data.all(sql.OutboxDue, at=3.0, limit=5)) == 2
    take(data, 0)
    assert data.run("outbox_hold_back", channel="mail", next_at=99.0) == 1
    assert data.all(sql.OutboxUnderWay, person_id=MORI) == [("m1", "information-for-you", "mail")]
    assert data.all(sql.OutboxUnderWay, person_id=SATO) == []
