"""`python -m sandbox --host 127.0.0.1 --port 8002 [--state FILE.sqlite]`: run the stand-in until it is stopped."""

import argparse
import asyncio
import logging
import signal
import socket
import sys
from pathlib import Path

from granian.constants import HTTPModes, Interfaces
from granian.server.embed import Server

from sandbox.app import App
from sandbox.box import Box
from sandbox.courier import Courier
from sandbox.store import StateFileError

STOP_SECONDS = 3


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="sandbox", description="A stand-in for Meta's WhatsApp Cloud API.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8002)
    parser.add_argument("--state", type=Path, help="SQLite file that keeps channels, templates and messages")
    parser.add_argument("--public-url", help="address put into media links (default: http://host:port)")
    parser.add_argument("--seed", type=int, help="makes generated ids repeatable")
    return parser.parse_args()


def _probe(host: str, port: int) -> None:
    """Fail when somebody listens there: the server shares ports, and half of the calls would go elsewhere.

    Raises: OSError.
    """
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        one.bind((host, port))


async def _serve(box: Box, host: str, port: int) -> None:
    courier = Courier(box)
    server = Server(
        App(box), address=host, port=port, interface=Interfaces.ASGINL, http=HTTPModes.http1, websockets=False,
        log_enabled=False,
    )  # fmt: skip
    asked_to_stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, asked_to_stop.set)
    beside = asyncio.create_task(courier.run())
    serving = asyncio.create_task(server.serve())
    waiting = asyncio.create_task(asked_to_stop.wait())
    try:
        await asyncio.wait({serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
        server.stop()  # type: ignore[no-untyped-call]
        # A call held open by an injected time-out must not hold up the stop.
        await asyncio.wait({serving}, timeout=STOP_SECONDS)
    finally:
        courier.stop()
        await beside
    if serving.done():
        serving.result()


def main() -> int:
    """Run until SIGINT or SIGTERM; returns the exit code."""
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
    given = _arguments()
    if given.state:
        given.state.parent.mkdir(parents=True, exist_ok=True)
    try:
        _probe(given.host, given.port)
    except OSError as error:
        sys.stderr.write(f"can't listen on {given.host}:{given.port}: {error.strerror}\n")
        return 1
    public_url = given.public_url or f"http://{given.host}:{given.port}"
    try:
        box = Box.open(given.state, seed=given.seed, public_url=public_url.rstrip("/"))
    except StateFileError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stderr.write(f"WhatsApp sandbox on http://{given.host}:{given.port}\n")
    try:
        asyncio.run(_serve(box, given.host, given.port))
    finally:
        box.store.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
