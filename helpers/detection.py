"""Several digits on one canvas, found by boxes: what notebook 09 builds from the trained classifier.

Boxes are float tensors (N, 4) of left, top, right, bottom in pixels, as in `torchvision.ops`.
"""

from collections.abc import Callable

import torch
from torch import Tensor
from torchvision.ops import box_iou, nms

SIDE, STRIDE = 28, 4  # the window that the classifier reads, and the pixels between two windows
LEAST, OVERLAP = 7.0, 0.1  # the score a window needs, and how much of a better window it may cover (IoU)


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


def window_boxes(rows: int, columns: int) -> Tensor:
    """The boxes (rows * columns, 4) of the windows that a map of logits speaks of, row by row."""
    top, left = torch.meshgrid(torch.arange(rows), torch.arange(columns), indexing="ij")
    corner = STRIDE * torch.stack([left, top], dim=-1).reshape(-1, 2)
    return torch.cat([corner, corner + SIDE], dim=1).float()


def detect(logits: Tensor) -> tuple[Tensor, Tensor]:
    """The digits that a map of logits (10, rows, columns) shows: boxes (N, 4) and classes (N,), the best first.

    The score of a window is the log-sum-exp of its logits (Liu et al., 2020, https://arxiv.org/abs/2010.03759).
    Windows below LEAST are dropped, then those that overlap a better one by more than OVERLAP.
    """
    boxes, scores = window_boxes(*logits.shape[1:]), logits.logsumexp(dim=0).flatten()
    high = (scores > LEAST).nonzero().flatten()
    kept = high[nms(boxes[high], scores[high], OVERLAP)]
    return boxes[kept], logits.argmax(dim=0).flatten()[kept]


@torch.no_grad()
def tally(everywhere: Callable[[Tensor], Tensor], images: Tensor, labels: Tensor, scenes: int) -> dict[str, int]:
    """How many digits of `scenes` random scenes of five are found and read rightly; misread; missed; and extra boxes.

    `everywhere` turns images (N, 1, H, W) into logits (N, 10, rows, columns), one for each window.
    A digit is found when a box covers it with an IoU above 0.5; a box that covers none so well is extra.
    """
    total = torch.zeros(4, dtype=torch.int64)
    for seed in range(scenes):
        canvas, boxes, chosen = scene(images, 5, seed)
        found, classes = detect(everywhere(canvas[None])[0])
        # Pairs: neither digits nor found boxes overlap enough for one of them to stand in two pairs.
        digit, box = (box_iou(boxes, found) > 0.5).nonzero(as_tuple=True)
        right = int((classes[box] == labels[chosen[digit]]).sum())
        total += torch.tensor([right, len(digit) - right, len(boxes) - len(digit), len(found) - len(digit)])
    return dict(zip(("right", "misread", "missed", "extra"), total.tolist(), strict=True))
