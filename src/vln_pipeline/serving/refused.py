"""A request that is answered with a fault of the one who asked."""

_LONGEST = 300


class RefusedRequestError(Exception):
    """Ends a request.

    Args:
        status: HTTP status code, 4xx, or 503 where the server has no room.
        cause: one line for whoever asked; repeats nothing of a request's content, and is cut after 300 characters.
    """

    def __init__(self, status: int, cause: str) -> None:
        super().__init__(status, cause)
        self.status, self.cause = status, cause[:_LONGEST]
