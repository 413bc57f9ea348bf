"""The exercises of the notebooks, a module each: `checks.<exercise>(your_function)` prints one line.

What an answer must equal comes from torch or from a measurement; the written solutions stand in the
notebooks alone, folded under their exercises.
"""
