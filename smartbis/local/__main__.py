"""`python -m smartbis.local`: what the Makefile calls."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from smartbis.local.errors import LocalError
from smartbis.local.servers import run_with_servers


def parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    root = argparse.ArgumentParser(prog="python -m smartbis.local")
    commands = root.add_subparsers(dest="name", required=True)
    servers = commands.add_parser("with-servers", help="run a command with PostgreSQL and Valkey beside it")
    servers.add_argument("--data-dir", type=Path, help="keep the data here (else a temporary folder)")
    servers.add_argument("--fast", action="store_true", help="no durability: for tests")
    servers.add_argument("command", nargs=argparse.REMAINDER, help="-- COMMAND …")
    return root


def main() -> int:
    """Run one command; its exit code. A LocalError is told in its own words."""
    options = parser().parse_args()
    try:
        command = options.command[1:] if options.command[:1] == ["--"] else options.command
        if not command:
            parser().error("with-servers needs a command after --")
        return run_with_servers(command, data_dir=options.data_dir, fast=options.fast)
    except LocalError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
