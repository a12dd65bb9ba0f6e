"""Turns: one at a time for each name, and nobody waits for ever."""

from threading import Event, Thread

from smartbis.kernel.turns import Turns


def overlapping(turns: Turns, first: str, second: str) -> bool:
    """Whether `second` gets its turn while `first` has its own."""
    has_entered = Event()

    def other() -> None:
        with turns.turn(second):
            has_entered.set()

    rival = Thread(target=other)
    with turns.turn(first):
        rival.start()
        overlapped = has_entered.wait(0.3)
    rival.join()
    assert has_entered.is_set()
    return overlapped


def test_work_of_one_name_waits_for_its_turn_and_that_of_others_does_not() -> None:
    turns = Turns()
    assert not overlapping(turns, "aurora", "aurora")
    assert overlapping(turns, "aurora", "boreal")


def test_who_waited_long_enough_goes_on_and_leaves_the_turn_to_whom_it_belongs() -> None:
    turns = Turns(patience_seconds=0.01)
    assert overlapping(turns, "aurora", "aurora")
    assert not overlapping(Turns(), "aurora", "aurora")


def test_a_turn_ends_with_an_error() -> None:
    turns = Turns(patience_seconds=30)
    try:
        with turns.turn("aurora"):
            raise ValueError
    except ValueError:
        pass
    with turns.turn("aurora"):
        assert len(turns._locks) == 1
    assert not turns._locks, "names are forgotten"
