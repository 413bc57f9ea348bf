"""The exercises of the notebooks, a module each: `checks.<exercise>(your_function)` prints one line.

exercise runs an exercise (running: a function that may do anything; values: compared and written down; cases: drawn
inputs). mutants finds mistakes that nobody listed. What an answer must equal comes from torch, a measurement or a
formula; the written solutions stand in the notebooks alone, folded under their exercises.
"""
