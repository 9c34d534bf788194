"""Cauce: an order management system as a stream.

Pure values at the top of this package (`money`, `ids`, `places`, `calendars`, `decider`), everything that touches the
world in `runtime`, the checker in `audit`, replay in `replay`, the console command in `cli`.
"""

from cauce.runtime.compiled import use_compiled

use_compiled()
