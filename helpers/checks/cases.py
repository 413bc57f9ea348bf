"""Inputs that the exercises of several notebooks are checked on."""

import torch
from torch import Tensor


def small_image(height: int, width: int) -> Tensor:
    """An image of small whole numbers as floats, no two rows or columns alike."""
    rows, columns = torch.arange(height)[:, None], torch.arange(width)
    return ((3 * rows * rows + 5 * columns + rows * columns) % 7).float()
