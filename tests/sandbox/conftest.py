"""One stand-in for all tests of this folder, emptied between them, with two numbers of two businesses."""

from collections.abc import Iterator

import pytest

from tests.sandbox.process import Number, Receiver, Sandbox


@pytest.fixture(scope="session")
def running() -> Iterator[Sandbox]:
    one = Sandbox()
    yield one
    one.stop()


@pytest.fixture(scope="session")
def listening() -> Iterator[Receiver]:
    one = Receiver()
    yield one
    one.close()


@pytest.fixture
def sandbox(running: Sandbox) -> Sandbox:
    running.control("reset", {"everything": True})
    return running


@pytest.fixture
def receiver(listening: Receiver) -> Receiver:
    listening.clear()
    return listening


@pytest.fixture
def aurora(sandbox: Sandbox, receiver: Receiver) -> Number:
    one = Number(sandbox, "100001", "900001", "token-aurora", receiver.url + "aurora/")
    one.register()
    return one


@pytest.fixture
def boreal(sandbox: Sandbox, receiver: Receiver) -> Number:
    one = Number(sandbox, "100002", "900002", "token-boreal", receiver.url + "boreal/")
    one.register()
    return one
