"""A line that can be as bad as wished: a TCP proxy that delays, cuts in both directions, loses answers, is away."""

from __future__ import annotations

import asyncio
import random
import threading
from contextlib import suppress

PIECE = 4096


class BadLine:
    """Listens on a port of its own and passes everything on to `target`, while `mode` says how well.

    mode: "good"; "bad": each connection has its own fate, drawn from the seed (passed, cut after so many bytes up or
    down, its answer lost, refused), every piece is delayed; "away": nobody answers.
    """

    def __init__(self, target: int, seed: int, *, bytes_per_second: int = 0) -> None:
        self.target, self.speed, self.chance = target, bytes_per_second, random.Random(seed)
        self.mode, self.cuts, self.passed = "good", 0, 0
        self._loop = asyncio.new_event_loop()
        self._open: set[asyncio.StreamWriter] = set()
        ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, args=(ready,), daemon=True)
        self._thread.start()
        ready.wait(10)

    def turn(self, mode: str) -> None:
        """From now on the line is like this; connections that stand are cut when it gets worse."""
        self.mode = mode
        if mode != "good":
            self._loop.call_soon_threadsafe(self._cut_all)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._cut_all)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def _cut_all(self) -> None:
        for writer in list(self._open):
            writer.transport.abort()

    def _serve(self, ready: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._meet, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        self._loop.run_forever()
        server.close()

    def _fate(self) -> tuple[float, float]:
        """Bytes that pass upwards and downwards before the connection is cut."""
        if self.mode == "away":
            return 0, 0
        if self.mode == "good":
            return float("inf"), float("inf")
        kind = self.chance.random()
        if kind < 0.35:
            return float("inf"), float("inf")
        if kind < 0.5:
            return 0, 0
        if kind < 0.75:
            return self.chance.uniform(100, 60_000), float("inf")
        return float("inf"), self.chance.choice((0, self.chance.uniform(0, 3000)))

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        up, down = self._fate()
        if up == 0 and down == 0:
            self.cuts += 1
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.transport.abort()
            return
        both = (writer, far_writer)
        self._open.update(both)
        ways = [
            asyncio.ensure_future(self._pass(reader, far_writer, up)),
            asyncio.ensure_future(self._pass(far_reader, writer, down)),
        ]
        done, _ = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        if any(way.result() for way in done):
            self.cuts += 1
            for one in both:
                one.transport.abort()
        await asyncio.gather(*ways, return_exceptions=True)
        for one in both:
            self._open.discard(one)
            one.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, allowed: float) -> bool:
        """Whether the connection is to be cut: what was allowed to pass has passed."""
        with suppress(OSError):
            while content := await reader.read(PIECE):
                if self.mode == "bad":
                    await asyncio.sleep(self.chance.uniform(0, 0.03))
                if self.speed:
                    await asyncio.sleep(len(content) / self.speed)
                self.passed += len(content)
                allowed -= len(content)
                if allowed <= 0:
                    return True  # these bytes are lost with the connection
                writer.write(content)
                await writer.drain()
            writer.close()
        return False
