"""The HTTP of a witness: where checkpoints are submitted, and where monitors read the last one of a log. Source: C2SP tlog-witness."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from kept import limits
from kept.errors import KeptError
from kept.witness.cosigner import Cosigner
from kept.witness.memory import Memory, origin_hash


def witness_app(cosigner: Cosigner, memory: Memory) -> Starlette:
    """Return the app of a witness.

    Args:
        cosigner: Decides.
        memory: What it remembers.
    """
    origins = {origin_hash(one): one for one in cosigner.origins}
    turn = asyncio.Lock()  # one submission at a time: what is compared and what is set are of one moment

    async def add_checkpoint(request: Request) -> Response:
        body = b""
        try:
            async for piece in request.stream():
                body += piece
                if len(body) > limits.WITNESS_REQUEST_BYTES:
                    return PlainTextResponse("too long\n", HTTPStatus.BAD_REQUEST)
        except ClientDisconnect:
            return PlainTextResponse("", HTTPStatus.BAD_REQUEST)
        try:
            async with turn:
                answer = await asyncio.to_thread(cosigner.answer, body)
        except (KeptError, OSError) as error:  # nothing was cosigned
            return _failed(error)
        return Response(answer.body, answer.status, {"content-type": answer.media_type})  # as it is, without a charset

    async def checkpoint(request: Request) -> Response:
        origin = origins.get(request.path_params["origin"])
        try:
            note = memory.note_of(origin) if origin else ""
        except (KeptError, OSError) as error:
            return _failed(error)
        return PlainTextResponse(note) if note else PlainTextResponse("not found\n", HTTPStatus.NOT_FOUND)

    return Starlette(
        routes=[
            Route("/add-checkpoint", add_checkpoint, methods=["POST"]),
            Route("/{origin}/checkpoint", checkpoint, methods=["GET"]),
        ]
    )


def _failed(error: KeptError | OSError) -> Response:
    """Say why the memory is of no use, by a reason of docs/ERRORS.md or the machine's word: it is damaged, or cannot be reached."""
    why = error.reason if isinstance(error, KeptError) else error.strerror
    return PlainTextResponse(f"{why}\n", HTTPStatus.INTERNAL_SERVER_ERROR)
