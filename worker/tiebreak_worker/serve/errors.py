"""Errors of the inference backend, in the shape OpenAI clients read."""

from __future__ import annotations


class ApiError(Exception):
    """An answer other than 200: `message` says what is wrong and what to do.

    `code` is stable for programs, `param` names the request field at fault, and `retry_after` (seconds) becomes the
    Retry-After header, set exactly when the same request may succeed later.
    """

    def __init__(
        self, status: int, message: str, *, code: str, param: str | None = None, retry_after: int | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.param = param
        self.retry_after = retry_after

    @property
    def type(self) -> str:
        if self.status == 401:
            return "authentication_error"
        return "invalid_request_error" if self.status < 500 else "server_error"

    def body(self) -> dict[str, object]:
        return {"error": {"message": self.message, "type": self.type, "param": self.param, "code": self.code}}


def bad_request(message: str, *, param: str | None = None, code: str = "invalid_value") -> ApiError:
    return ApiError(400, message, code=code, param=param)


def unavailable(message: str, *, code: str, retry_after: int) -> ApiError:
    """The request is sound, but not now: the message says why, Retry-After says when to ask again."""
    return ApiError(503, message, code=code, retry_after=retry_after)
