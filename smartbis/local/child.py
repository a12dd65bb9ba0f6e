"""A doorstep between a parent and a server: set how the process lives and dies, then become the server.

Runs as a script of its own, on the standard library alone (`python -I -S child.py …`), because what it
does must happen between fork and exec: a death signal from the kernel when the parent is gone, and another
user id where PostgreSQL would refuse to be root.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import struct
import sys

PR_SET_PDEATHSIG = 1
PR_SET_KEEPCAPS = 8
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
CAP_DAC_OVERRIDE = 1
CLONE_NEWUSER = 0x10000000
LINUX_CAPABILITY_VERSION_3 = 0x20080522


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _check(result: int, what: str) -> None:
    if result != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{what}: {os.strerror(code)}")


def enter_user_namespace(*, uid: int) -> None:
    """Seem to be `uid` to this process while every file stays the real user's."""
    outside = os.geteuid()
    _check(_libc().unshare(CLONE_NEWUSER), "unshare")
    with open("/proc/self/uid_map", "w") as uid_map:
        uid_map.write(f"{uid} {outside} 1")


def drop_to(*, uid: int, gid: int) -> None:
    """Become `uid`, keeping only the right to pass folder permissions.

    The virtual environment and the data folder often lie under a home that only root may enter, and
    opening that home to everybody would be worse.
    """
    libc = _libc()
    _check(libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0), "prctl keepcaps")
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)
    kept = 1 << CAP_DAC_OVERRIDE
    header = ctypes.create_string_buffer(struct.pack("=Ii", LINUX_CAPABILITY_VERSION_3, 0))
    # two blocks of effective, permitted, inheritable: the low and the high 32 capabilities
    sets = ctypes.create_string_buffer(struct.pack("=6I", kept, kept, kept, 0, 0, 0))
    _check(libc.capset(header, sets), "capset")
    _check(libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0), "prctl ambient")


def die_with_parent(number: int, *, parent: int) -> None:
    """Ask the kernel for signal `number` when the parent ends.

    A change of user would make the kernel forget it, so this comes last.
    """
    if sys.platform != "linux":
        return
    _check(_libc().prctl(PR_SET_PDEATHSIG, number, 0, 0, 0), "prctl pdeathsig")
    if parent and os.getppid() != parent:
        sys.exit("the parent ended before its server began")


def main() -> None:
    """Parse the doorstep's own options and become the command after `--`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--signal", type=int, default=15)
    parser.add_argument("--parent", type=int, default=0)
    parser.add_argument("--namespace-uid", type=int)
    parser.add_argument("--uid", type=int)
    parser.add_argument("--gid", type=int, default=65534)
    parser.add_argument("--nice", type=int, default=0)
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    command = options.command[1:] if options.command[:1] == ["--"] else options.command
    if options.nice:
        os.nice(options.nice)
    if options.namespace_uid is not None:
        enter_user_namespace(uid=options.namespace_uid)
    elif options.uid is not None:
        drop_to(uid=options.uid, gid=options.gid)
    die_with_parent(options.signal, parent=options.parent)
    os.execvp(command[0], command)


if __name__ == "__main__":
    main()
