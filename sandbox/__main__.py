"""`python -m sandbox --host 127.0.0.1 --port 8002 [--state FILE.sqlite]`: run the stand-in until it is stopped."""

import argparse
import asyncio
import logging
import signal
import sys
from pathlib import Path

from granian.constants import HTTPModes, Interfaces
from granian.server.embed import Server

from sandbox.app import App
from sandbox.box import Box
from sandbox.courier import Courier
from sandbox.store import StateFileError


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="sandbox", description="A stand-in for Meta's WhatsApp Cloud API.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8002)
    parser.add_argument("--state", type=Path, help="SQLite file that keeps channels, templates and messages")
    parser.add_argument("--public-url", help="address put into media links (default: http://host:port)")
    parser.add_argument("--seed", type=int, help="makes generated ids repeatable")
    return parser.parse_args()


async def _serve(box: Box, host: str, port: int) -> None:
    courier = Courier(box)
    server = Server(
        App(box), address=host, port=port, interface=Interfaces.ASGINL, http=HTTPModes.http1, websockets=False,
        log_enabled=False,
    )  # fmt: skip
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, server.stop)
    beside = asyncio.create_task(courier.run())
    try:
        await server.serve()
    finally:
        courier.stop()
        await beside


def main() -> int:
    """Run until SIGINT or SIGTERM; returns the exit code."""
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
    given = _arguments()
    if given.state:
        given.state.parent.mkdir(parents=True, exist_ok=True)
    public_url = given.public_url or f"http://{given.host}:{given.port}"
    try:
        box = Box.open(given.state, seed=given.seed, public_url=public_url.rstrip("/"))
    except StateFileError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stderr.write(f"WhatsApp sandbox on http://{given.host}:{given.port}\n")
    try:
        asyncio.run(_serve(box, given.host, given.port))
    except OSError as error:
        sys.stderr.write(f"can't listen on {given.host}:{given.port}: {error}\n")
        return 1
    finally:
        box.store.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
