"""What is done in a process that has oscar's settings: `open` a shop, or race in one of its ways."""

import os
import sys

from benchmarks.oscar import process, shop

process.set_up(os.environ[process.ADDRESS])
what, first, second = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
if what == "open":
    shop.open_shop(first, second)
else:
    shop.say_race(what, first, second)
