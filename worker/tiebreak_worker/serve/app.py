"""The HTTP face of the backend: OpenAI's routes, and ours beside them."""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import AsyncIterator
from typing import Any

from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse, StreamingResponse
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from tiebreak_worker.serve.answers import ChatAnswer
from tiebreak_worker.serve.backend import Backend
from tiebreak_worker.serve.completion import Completion, Delta, Sink
from tiebreak_worker.serve.errors import ApiError, bad_request
from tiebreak_worker.serve.schema import ChatRequest, PauseRequest, ScoreRequest, parse
from tiebreak_worker.serve.scoring import ScoreJob

MAX_BODY = 32 * 1024 * 1024
_DONE = object()


def create_app(backend: Backend, api_key: str | None = None) -> FastAPI:
    """The application. With an `api_key` every route but /healthz wants it as a bearer token."""

    def authenticate(request: Request) -> None:
        if api_key is None or request.url.path == "/healthz":
            return
        given = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
        if not hmac.compare_digest(given.encode(), api_key.encode()):
            raise ApiError(
                401, "Wrong or missing API key; send it as 'Authorization: Bearer KEY'.", code="invalid_api_key"
            )

    app = FastAPI(
        title="Tiebreak inference backend",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        dependencies=[Depends(authenticate)],
    )
    app.add_exception_handler(ApiError, _api_error)
    app.add_exception_handler(HTTPException, _http_error)

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/v1/models")
    def models() -> dict[str, Any]:
        return {"object": "list", "data": backend.models()}

    @app.get("/v1/status")
    def status() -> dict[str, Any]:
        return backend.status()

    @app.post("/v1/chat/completions")
    async def chat(request: Request):
        return await _chat(backend, request)

    @app.post("/v1/score")
    async def score(request: Request) -> dict[str, Any]:
        return await _score(backend, request)

    @app.post("/v1/device/pause")
    async def pause(request: Request) -> dict[str, Any]:
        order = parse(PauseRequest, await _body(request))
        await run_in_threadpool(
            backend.pause,
            order.reason,
            waiting=order.waiting,
            grace=order.grace_seconds,
            retry_after=order.retry_after,
        )
        return await run_in_threadpool(backend.status)

    @app.post("/v1/device/resume")
    def resume() -> dict[str, Any]:
        backend.resume()
        return backend.status()

    return app


async def _chat(backend: Backend, request: Request):
    events, sink = _channel()
    with backend.reading():
        order = parse(ChatRequest, await _body(request))
        completion = await run_in_threadpool(backend.chat, order, sink)
    answer = ChatAnswer(completion, order.include_usage)
    if not order.stream:
        await _outcome(backend, request, completion, events)
        return JSONResponse(answer.whole())
    # The first event decides between a stream and an error with its own status.
    first = await _outcome(backend, request, completion, events)
    return StreamingResponse(_stream(backend, answer, events, first), media_type="text/event-stream")


def _channel() -> tuple[asyncio.Queue, Sink]:
    """A queue on this event loop and a sink that fills it from the scheduler's thread."""
    loop = asyncio.get_running_loop()
    events: asyncio.Queue = asyncio.Queue()

    def put(event: object) -> None:
        # The loop is closed when the server was stopped under a running request; nobody is left to read then.
        if not loop.is_closed():
            loop.call_soon_threadsafe(events.put_nowait, event)

    return events, Sink(delta=put, done=lambda _: put(_DONE), failed=put)


async def _outcome(backend: Backend, request: Request, work: Completion | ScoreJob, events: asyncio.Queue) -> object:
    """The next event; cancels the work when the client goes away first. Raises the event if it is an error."""
    event = asyncio.ensure_future(events.get())
    gone = asyncio.ensure_future(_disconnected(request))
    try:
        await asyncio.wait({event, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not event.done():
            raise ApiError(499, "The client closed the connection.", code="client_closed")
        result = event.result()
        if isinstance(result, ApiError):
            raise result
        return result
    except BaseException:
        backend.cancel(work)
        raise
    finally:
        event.cancel()
        gone.cancel()


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _stream(backend: Backend, answer: ChatAnswer, events: asyncio.Queue, event: object) -> AsyncIterator[str]:
    """Server-sent events, from the first `event` on; whoever stops reading stops the computation."""
    completion = answer.completion
    try:
        for choice in completion.choices:
            yield _event(answer.opening(choice.index))
        while isinstance(event, Delta):
            yield _event(answer.chunk(event))
            event = await events.get()
        if isinstance(event, ApiError):
            yield _event(event.body())
            return
        for chunk in answer.closing():
            yield _event(chunk)
        yield "data: [DONE]\n\n"
    finally:
        if not completion.ended:
            backend.cancel(completion)


def _event(body: dict[str, Any]) -> str:
    return f"data: {json.dumps(body, ensure_ascii=False)}\n\n"


async def _score(backend: Backend, request: Request) -> dict[str, Any]:
    order = parse(ScoreRequest, await _body(request))
    events, sink = _channel()
    job = await run_in_threadpool(backend.score, order, sink.delta, sink.failed)
    scores = await _outcome(backend, request, job, events)
    lengths = [len(row) for row in job.rows]
    return {
        "object": "list",
        "model": order.model,
        "checkpoint": f"sha256:{job.checkpoint.hash}",
        "data": [
            {"index": index, "object": "score", "score": score, "tokens": tokens}
            for index, (score, tokens) in enumerate(zip(scores, lengths, strict=True))
        ],
        "usage": {"prompt_tokens": sum(lengths), "total_tokens": sum(lengths)},
    }


async def _body(request: Request) -> object:
    raw = b""
    async for part in request.stream():
        raw += part
        if len(raw) > MAX_BODY:
            raise ApiError(413, f"The body is larger than {MAX_BODY // 2**20} MiB; send less.", code="body_too_large")
    try:
        return json.loads(raw)
    except ValueError as error:
        raise bad_request(f"The body is not JSON: {error}", code="invalid_json") from error


async def _api_error(request: Request, error: ApiError) -> JSONResponse:
    headers = {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}
    return JSONResponse(error.body(), status_code=error.status, headers=headers)


async def _http_error(request: Request, error: HTTPException) -> JSONResponse:
    known = "/v1/chat/completions, /v1/models, /v1/score, /v1/status, /v1/device/pause, /v1/device/resume, /healthz"
    message = f"{request.method} {request.url.path}: {error.detail}. Routes: {known}."
    return await _api_error(request, ApiError(error.status_code, message, code="no_such_route"))
