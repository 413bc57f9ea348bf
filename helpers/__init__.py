"""What the notebooks import. Files here are read in a lesson; each folder is a room with one job.

model, from_scratch, optimizers, training: the program and its parts, by hand.
regularization: the remedies of notebook 08.    detection: canvases with several digits, for notebook 10.
data/      the digits: MNIST from disk or network, or the built-in sample
figures/   the pictures that move, and the style of all others
checks/    the exercises check themselves
practice/  the deck of questions and the drills
studies/   what is measured once and kept in data/
publish/   saved outputs, slides and reading pages
"""

import os
from pathlib import Path

# Threads that wait for the others go to sleep. By default they spin, and starve whatever else wants the processor: a
# second kernel, a browser, a neighbour on a hub (https://gcc.gnu.org/onlinedocs/libgomp/OMP_005fWAIT_005fPOLICY.html).
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = ROOT / "notebooks"
