"""The exercises of the notebooks: `checks.<exercise>(your_function)` prints one line.

What an answer must equal comes from torch or from a measurement; the written solutions stand in the
notebooks alone, folded under their exercises.
"""

from helpers.checks.convolution import (
    correlate_with_stride,
    multiply_adds,
    output_size,
    parameter_count,
    receptive_field,
)
from helpers.checks.pooling import global_average, max_pool, max_pool_gradient, pooled_size
from helpers.checks.start_here import accuracy_of, normalize, steps
from helpers.checks.training_loop import confusion, first_loss, mean_loss

__all__ = [
    "accuracy_of",
    "confusion",
    "correlate_with_stride",
    "first_loss",
    "global_average",
    "max_pool",
    "max_pool_gradient",
    "mean_loss",
    "multiply_adds",
    "normalize",
    "output_size",
    "parameter_count",
    "pooled_size",
    "receptive_field",
    "steps",
]
