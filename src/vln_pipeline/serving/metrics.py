"""What a server tells about its work, for Prometheus."""

from collections.abc import Sized

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_SECONDS = (0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30)


class Metrics:
    """Counts of one server; several in one process do not meet."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "vln_requests", "Requests by route and HTTP status", ["route", "status"], registry=self._registry
        )
        self._seconds = Histogram(
            "vln_request_seconds",
            "From a request's first byte to its answer",
            ["route"],
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._sessions: list[Sized] = []
        robots = Gauge("vln_robots", "Robots that are remembered", registry=self._registry)
        robots.set_function(lambda: sum(map(len, self._sessions)))
        self.waiting = Gauge(
            "vln_waiting", "Requests that wait for the network, or are answered by it", registry=self._registry
        )

    def watch(self, sessions: Sized) -> None:
        """Count these robots too."""
        self._sessions.append(sessions)

    def answered(self, route: str, status: int, seconds: float) -> None:
        """Count an answer."""
        self._requests.labels(route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def text(self) -> bytes:
        """Return all counts in Prometheus' text form."""
        return generate_latest(self._registry)
