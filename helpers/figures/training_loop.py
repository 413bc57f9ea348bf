"""The loss of a training, drawn while it runs."""

from helpers.figures import BLUE, PALE, new_figure
from helpers.figures.live import draw_moving_part, draw_still_part

from IPython.display import Image, display
from matplotlib.artist import Artist

EVERY = 20  # steps between two pictures: drawing then costs a small part of the training


class LiveCurve:
    """The batch losses of a training of `steps` steps, redrawn under the cell while it runs; `losses` holds them."""

    def __init__(self, steps: int) -> None:
        self.steps = steps
        self.losses: list[float] = []
        self.figure = new_figure(10, 2.0)
        axes = self.figure.add_axes((0.08, 0.32, 0.9, 0.62))
        axes.set(xlim=(0, steps), ylim=(0, 2.5), yticks=(0, 1, 2), xlabel="step", ylabel="loss")
        axes.grid(color=PALE)
        (self.line,) = axes.plot([], [], color=BLUE, linewidth=1.5)
        self.moving: list[Artist] = [self.line]
        self.still_part = draw_still_part(self)
        self.handle = display(self._drawn(), display_id=True)

    def add(self, loss: float) -> None:
        """Keep the loss of one more batch (nats), and draw at every EVERY-th step and at the last."""
        self.losses.append(loss)
        if len(self.losses) % EVERY == 0 or len(self.losses) == self.steps:
            self.handle.update(self._drawn())

    def update(self) -> str:
        """Put the losses so far into the picture."""
        self.line.set_data(range(1, len(self.losses) + 1), self.losses)
        ends = f": {self.losses[0]:.2f} at the first, {self.losses[-1]:.2f} at the last" if self.losses else ""
        return f"The loss of the batch after {len(self.losses)} of {self.steps} steps{ends}."

    def _drawn(self) -> Image:
        return draw_moving_part(self, self.still_part, self.update(), packing=9)
