"""The live figure of notebook 09: a digit under noise, and what the network then reads."""

from collections.abc import Callable

from helpers.figures import BLUE, ORANGE, SKY, new_figure

import torch
from torch import Tensor


class Noisy:
    """A digit with noise of any strength on it, and the ten probabilities that a network gives it.

    network: images (N, 1, 28, 28) to logits. digits: image n (1, 28, 28) is an n. kinds: the noise (10, 1, 28, 28)
    at strength 1, of each kind by name.
    """

    def __init__(self, network: Callable, digits: Tensor, kinds: dict[str, Tensor]) -> None:
        self.network, self.digits, self.kinds = network, digits, kinds
        self.figure = new_figure(10, 4)
        left = self.figure.add_axes((0.01, 0.03, 0.37, 0.86))
        right = self.figure.add_axes((0.5, 0.12, 0.49, 0.77))
        left.axis("off")
        self.image = left.imshow(digits[0, 0].numpy(), cmap="gray", vmin=-1, vmax=1)
        right.set(xlim=(-0.6, 9.6), ylim=(0, 1.02), xticks=range(10), ylabel="probability")
        self.bars = right.bar(range(10), [0.0] * 10, width=0.7)
        self.title = right.set_title("")
        self.moving = [self.image, *self.bars, self.title]

    @torch.no_grad()
    def update(self, kind: str, digit: int, strength: float) -> str:
        """Show the digit under noise of this kind and strength; the strength is the most that a pixel changes by."""
        noisy = (self.digits[digit] + strength * self.kinds[kind][digit]).clamp(-1, 1)
        p = self.network(noisy[None]).softmax(dim=1)[0]
        answer = int(p.argmax())
        self.image.set_data(noisy[0].numpy())
        for k, (bar, height) in enumerate(zip(self.bars, p.tolist(), strict=True)):
            bar.set(height=height, color=BLUE if k == digit else ORANGE if k == answer else SKY)
        self.title.set_text(f"a {digit}, read as {answer} ({p[answer]:.0%})")
        return f"A {digit} with {kind} of strength {strength:.2f}, read as {answer}, with {p[answer]:.0%}."
