"""This project's own contract for robots: msgpack over a WebSocket, every path at the time of what was seen."""
