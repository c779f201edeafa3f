"""What this process counted, and what lies on its machine's disk, told to everybody every second."""

from __future__ import annotations

import socket
import time
from typing import Any

import orjson

from tracking.collector.counting import COUNTS, Counts
from tracking.collector.spool import Spool
from tracking.collector.stream import Streams


class Teller:
    """Adds this process's counts to the stream server's, and says what its machine's spool holds."""

    def __init__(self, client: Any, streams: Streams, spool: Spool, counts: Counts = COUNTS) -> None:
        self._client, self._streams, self._spool, self._counts = client, streams, spool, counts

    def tell(self) -> None:
        """One round trip. Raises redis.RedisError; what was counted is told the next time then."""
        found = self._counts.take()
        pipeline = self._client.pipeline(transaction=True)
        for kind, events in found.items():
            pipeline.hincrby(self._streams.counts, kind, events)
        node = {**self._spool.held(), "at": time.time()}
        pipeline.hset(self._streams.nodes, socket.gethostname(), orjson.dumps(node))
        try:
            pipeline.execute()
        except Exception:
            self._counts.give_back(found)
            raise
