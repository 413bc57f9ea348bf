"""Canvases with several digits, on which notebook 10 finds them.

Boxes are float tensors (N, 4) of left, top, right, bottom in pixels, as in `torchvision.ops`.
"""

import torch
from torch import Tensor
from torchvision.ops import box_iou

SIDE, STRIDE = 28, 4  # the window that the classifier reads, and the pixels between two windows


def scene(images: Tensor, count: int, seed: int, height: int = 112, width: int = 160) -> tuple[Tensor, Tensor, Tensor]:
    """A black canvas with `count` of the `images` (N, 1, 28, 28) at random places that do not overlap.

    Returns the canvas (1, height, width) from -1 to 1, the boxes (count, 4), and which images they are (count,).
    Raises ValueError when there is no room for so many digits.
    """
    generator = torch.Generator().manual_seed(seed)
    chosen = torch.randperm(len(images), generator=generator)[:count]
    canvas, boxes = torch.full((1, height, width), -1.0), torch.empty(0, 4)
    for image in images[chosen]:
        box = _free_place(boxes, height, width, generator)
        left, top, right, bottom = box.int().tolist()
        canvas[:, top:bottom, left:right] = image
        boxes = torch.cat([boxes, box[None]])
    return canvas, boxes, chosen


def _free_place(boxes: Tensor, height: int, width: int, generator: torch.Generator) -> Tensor:
    for _ in range(1000):
        left = torch.randint(width - SIDE + 1, (), generator=generator)
        top = torch.randint(height - SIDE + 1, (), generator=generator)
        box = torch.stack([left, top, left + SIDE, top + SIDE]).float()
        if not box_iou(box[None], boxes).any():
            return box
    raise ValueError(f"No room for {len(boxes) + 1} digits on {height}×{width} pixels: ask for fewer.")
