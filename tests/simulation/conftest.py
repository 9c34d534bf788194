"""The simulation: the whole deployment in one process, decided by one seed."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.append(str(HERE))  # the simulator lies beside its tests, which importlib mode keeps apart
