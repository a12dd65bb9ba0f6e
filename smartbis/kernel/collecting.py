"""When Python looks for rings of objects that nobody holds any more."""

import gc

# The default is 700: a batch makes a hundred thousand, needs them all, and has them gone through again and again.
_OBJECTS_BETWEEN = 50_000


def collect_rarely(between: int = _OBJECTS_BETWEEN) -> None:
    """Have this process look after `between` new objects, and never again among those it has now: its code.

    For processes that serve or work, once they have loaded what they need: a batch of sales costs a quarter less.
    """
    gc.freeze()
    gc.set_threshold(between, 20, 50)
