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
from helpers.checks.forward_pass import collapsed_bias, dead_units, features_for, linear_layer, rows_of_view
from helpers.checks.generalization import batch_normalize, decayed_step, drop, mean_and_spread, stop_epoch
from helpers.checks.interview import area_under_curve, dice, iou, map_size
from helpers.checks.loss import log_softmax_rows, loss_gradient, mean_nll, smooth_target, softmax_rows
from helpers.checks.pooling import global_average, max_pool, max_pool_gradient, pooled_size
from helpers.checks.sgd import conv_input_gradient, descend, layer_gradient, momentum_step, rate_limit
from helpers.checks.start_here import accuracy_of, normalize, steps
from helpers.checks.training_loop import confusion, diagnose, first_loss, mean_loss, speed_up

__all__ = [
    "accuracy_of",
    "area_under_curve",
    "batch_normalize",
    "collapsed_bias",
    "confusion",
    "conv_input_gradient",
    "correlate_with_stride",
    "dead_units",
    "decayed_step",
    "descend",
    "diagnose",
    "dice",
    "drop",
    "features_for",
    "first_loss",
    "global_average",
    "iou",
    "layer_gradient",
    "linear_layer",
    "log_softmax_rows",
    "loss_gradient",
    "map_size",
    "max_pool",
    "max_pool_gradient",
    "mean_and_spread",
    "mean_loss",
    "mean_nll",
    "momentum_step",
    "multiply_adds",
    "normalize",
    "output_size",
    "parameter_count",
    "pooled_size",
    "rate_limit",
    "receptive_field",
    "rows_of_view",
    "smooth_target",
    "softmax_rows",
    "speed_up",
    "steps",
    "stop_epoch",
]
