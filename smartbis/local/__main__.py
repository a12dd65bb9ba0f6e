"""`python -m smartbis.local`: what the Makefile calls."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

from smartbis.local.terminal import LocalError


def parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    root = argparse.ArgumentParser(prog="python -m smartbis.local")
    commands = root.add_subparsers(dest="name", required=True)
    beside = commands.add_parser("with-servers", help="run a command with PostgreSQL and Valkey beside it")
    beside.add_argument("--data-dir", type=Path, help="keep the data here (else a temporary folder)")
    beside.add_argument("--fast", action="store_true", help="no durability: for tests")
    beside.add_argument("command", nargs=argparse.REMAINDER, help="-- COMMAND …")
    whole = commands.add_parser("run", help="run everything until Ctrl-C")
    whole.add_argument("--port", type=int, default=int(os.environ.get("PORT") or 8000))
    whole.add_argument("--data-dir", type=Path, default=Path(os.environ.get("DATA_DIR") or ".local"))
    whole.add_argument("command", nargs=argparse.REMAINDER, help="-- COMMAND …: run this, then stop")
    commands.add_parser("extract-messages", help="bring the catalogues up to date with the sources")
    commands.add_parser("compile-messages", help="compile the catalogues that changed")
    commands.add_parser("check-messages", help="fail where a message has no translation")
    return root


def _with_servers(options: argparse.Namespace) -> int:
    command = _command(options)
    if not command:
        parser().error("with-servers needs a command after --")
    from smartbis.local import servers

    return servers.run_with_servers(command, data_dir=options.data_dir, fast=options.fast)


def _run(options: argparse.Namespace) -> int:
    from smartbis.local import house

    return house.run(port=options.port, data_dir=options.data_dir, command=_command(options))


def _command(options: argparse.Namespace) -> list[str]:
    """The command after `--`; empty where there is none."""
    words: list[str] = options.command
    return words[1:] if words[:1] == ["--"] else words


def _extract_messages(options: argparse.Namespace) -> int:
    from smartbis.local import messages

    messages.extract()
    return 0


def _compile_messages(options: argparse.Namespace) -> int:
    from smartbis.local import messages

    messages.compile_changed()
    return 0


def _check_messages(options: argparse.Namespace) -> int:
    from smartbis.local import messages

    messages.check()
    return 0


# each imports what it needs when it is called: Babel and Django are not waited for where servers are wanted
COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "with-servers": _with_servers,
    "run": _run,
    "extract-messages": _extract_messages,
    "compile-messages": _compile_messages,
    "check-messages": _check_messages,
}


def main() -> int:
    """Run one command; its exit code. A LocalError is told in its own words."""
    options = parser().parse_args()
    try:
        return COMMANDS[options.name](options)
    except LocalError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
