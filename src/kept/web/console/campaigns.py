"""The console's pages of campaigns: drafting, counting, asking, approving, stopping, and what became of each message."""

from __future__ import annotations

from starlette.responses import Response

from kept.errors import KeptError
from kept.policy.campaign import campaign_purposes
from kept.policy.channel import CHANNEL_TABLE
from kept.policy.duties import used_channels
from kept.policy.segment import segment_items
from kept.services.campaigns import campaigns, candidates, outcomes
from kept.services.gate.head_counts import counts_left
from kept.services.messages import holds, stop_list
from kept.services.messages.unknown_outcome import send_again
from kept.services.staff.approvals import approved_by
from kept.services.upkeep.approvals import marks
from kept.web.console import beginnings
from kept.web.console.stepped import Staff, Stepped, approving, drafted, going_on, plain
from kept.web.form import Form
from kept.web.routes import Menu, either, right

SEES = either(right("approve"), right(campaigns.RIGHT))


async def _list(exchange: Staff, error: KeptError | None, form: Form, status: int) -> Response:
    engine, policy = exchange.engine, exchange.policy
    purposes = campaign_purposes(policy)
    return exchange.page(
        "campaigns.html",
        status,
        made=[(one, await outcomes.progress(engine, one.id)) for one in await campaigns.all_campaigns(engine)],
        may_draft=exchange.may(campaigns.RIGHT),
        purposes=[policy.purposes[one] for one in purposes],
        by={one: segment_items(policy, one) for one in purposes},
        carried=[one for one in CHANNEL_TABLE if one in used_channels(policy) & {*engine.dispatchers}],
        stops=await stop_list.counts(engine),
        held=await holds.held_channels(engine),
        error=error,
        file=form["file"] or beginnings.campaign(policy),
    )


async def _one(exchange: Staff, campaign: str) -> Response:
    engine = exchange.engine
    found = await campaigns.standing(engine, campaign)
    return exchange.page(
        "campaign.html",
        one=found,
        seen=await marks(engine, exchange.session),
        counts=await candidates.previewed(engine, campaign),
        counts_left=await counts_left(engine),
        outcome=await outcomes.counted_outcome(engine, campaign),
        rule=await campaigns.rule_words(engine, found.file.rule, exchange.language),
        progress=await outcomes.progress(engine, campaign),
        approver=await approved_by(engine, found.approval_id) if found.approval_id else "",
        may_draft=exchange.may(campaigns.RIGHT) and exchange.acts_for(found.file.purpose),
    )


async def _again(exchange: Staff, campaign: str, form: Form) -> None:
    del campaign
    await send_again(exchange.engine, exchange.session, form["message"])


PAGES = Stepped(
    path="/campaigns",
    needs=SEES,
    needs_one=SEES,
    overview=_list,
    begun=drafted(right(campaigns.RIGHT), campaigns.draft),
    one=_one,
    steps={
        "count": plain(candidates.preview),
        "ask": plain(candidates.ask),
        "approve": approving(candidates.SENDING),
        "go-on": going_on(candidates.queue),
        "stop": plain(campaigns.stop),
        "outcome": plain(outcomes.count_outcome),
        "again": _again,
    },
    fields=("message",),
    menu=Menu("Campaigns"),
    where=lambda engine: bool(campaign_purposes(engine.policy.policy)),
).pages()
