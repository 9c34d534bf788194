"""`make bench`: every measurement, or those named, in processes of their own; one JSON object, an entry each."""

import json
import os
import subprocess
import sys
from pathlib import Path

from cauce.runtime.broker import ladder
from cauce.runtime.settings import Settings

HERE = Path(__file__).parent
MEASUREMENTS = sorted(path.stem for path in HERE.glob("*.py") if not path.stem.startswith("_"))


def measured(name: str, servers: str) -> object:
    """The JSON object that a measurement prints. Its progress goes to standard error."""
    done = subprocess.run(
        [sys.executable, str(HERE / f"{name}.py")],
        env={**os.environ, "CAUCE_SERVERS": servers},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def main(names: list[str]) -> None:
    """Run them one after the other: two at once would measure each other."""
    if unknown := sorted(set(names) - set(MEASUREMENTS)):
        sys.exit(f"no measurement called {', '.join(unknown)}; there are {', '.join(MEASUREMENTS)}")
    servers = ladder.obtain(Settings()).servers
    print(json.dumps({name: measured(name, servers) for name in names or MEASUREMENTS}))


if __name__ == "__main__":
    main(sys.argv[1:])
