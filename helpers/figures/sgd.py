"""The live pictures of notebook 05: descent on a curve and in a bowl, going backward through a convolution."""

from helpers.figures import BLUE, INK, ORANGE, RED, new_figure
from helpers.figures.convolution import outline, write_numbers
from helpers.from_scratch import conv2d

import torch
from torch import Tensor
from torch.nn.functional import pad

MINIMUM = 3.0  # of the curve (w - 3)²
FLATNESS = 20  # the bowl (w - 3)² + v² / 20 is 20 times less curved along v
START = (0.0, 5.0)  # w, v
STEPS = 20


class Descent:
    """Twenty steps with one learning rate and momentum: left on the curve, right in the bowl."""

    def __init__(self) -> None:
        self.figure = new_figure(10, 4.2)
        left, right = self.figure.subplots(1, 2, width_ratios=(1, 1.25))
        self.figure.subplots_adjust(left=0.08, right=0.98, bottom=0.15, top=0.87, wspace=0.2)
        w, v = torch.linspace(-2, 8, 200), torch.linspace(-6, 6, 120)
        left.plot(w, (w - MINIMUM) ** 2, color=BLUE, zorder=1)
        left.set(xlabel="w", ylabel="loss", xlim=(-2, 8), ylim=(-1, 25), xticks=(0, 3, 6), yticks=(0, 10, 20))
        w = torch.linspace(-2, 8, 120)
        bowl = (w - MINIMUM) ** 2 + v[:, None] ** 2 / FLATNESS
        right.contour(w, v, bowl, levels=(0.1, 1, 4, 9, 16), colors=BLUE, linewidths=1)
        right.plot([MINIMUM], [0], "+", color=INK, markersize=14)
        right.set(xlabel="w", ylabel="v", xlim=(-2, 8), ylim=(-6, 6), xticks=(0, 3, 6))
        self.paths = [axes.plot([], [], "o-", color=ORANGE, markersize=7, linewidth=1.5)[0] for axes in (left, right)]
        self.ends = [axes.plot([], [], "o", color=RED, markersize=12)[0] for axes in (left, right)]
        self.titles = [left.set_title(""), right.set_title("")]
        self.moving = [*self.paths, *self.ends, *self.titles]

    def update(self, lr: float, momentum: float = 0.0) -> str:
        """Draw the two paths, and the loss after the last step."""
        w, v = descend(lr, momentum).T
        curve, bowl = (w - MINIMUM) ** 2, v**2 / FLATNESS
        for title, name, loss in zip(self.titles, ("curve", "bowl"), (curve[-1], curve[-1] + bowl[-1]), strict=True):
            told = "< 0.0001" if loss < 1e-4 else "> 1000" if loss > 1000 else f"{loss:.2g}"
            title.set_text(f"{name}: loss {told} after {STEPS} steps")
        for line, end, heights in zip(self.paths, self.ends, (curve, v), strict=True):
            line.set_data(w, heights)
            end.set_data(w[-1:], heights[-1:])
        settings = f"{STEPS} steps of gradient descent with learning rate {lr:.2f} and momentum {momentum:.2f}"
        return f"{settings}. Left, {self.titles[0].get_text()}; right, {self.titles[1].get_text()}."


def descend(lr: float, momentum: float) -> Tensor:
    """The path (STEPS + 1, 2) of w and v in the bowl from START, cut off where it is far outside the picture."""
    path, velocity = [torch.tensor(START, dtype=torch.float64)], torch.zeros(2)
    for _ in range(STEPS):
        w, v = path[-1]
        velocity = momentum * velocity + torch.stack([2 * (w - MINIMUM), 2 * v / FLATNESS])
        path.append(path[-1] - lr * velocity)
    return torch.stack(path).clamp(-100, 100)


class NumberWindow:
    """A kernel on a small image of whole numbers, every product written out.

    image: (H, W), kernel: (kh, kw), both of small whole numbers.
    """

    def __init__(self, image: Tensor, kernel: Tensor) -> None:
        self.image, self.kernel = image, kernel
        self.output = conv2d(image[None].float(), kernel[None, None].float())[0]
        self.figure = new_figure(10, 4.1)
        left, middle, right = self.figure.subplots(1, 3, width_ratios=(5, 3, 3))
        self.figure.subplots_adjust(left=0.01, right=0.99, bottom=0.16, top=0.88, wspace=0.18)
        write_numbers(left, image, "image")
        write_numbers(middle, kernel, "kernel")
        self.cells = write_numbers(right, self.output, "feature map")
        self.window, self.target = outline(left, *kernel.shape), outline(right)
        self.sum = self.figure.text(0.5, 0.05, "", ha="center", fontsize=17, color=INK)
        self.moving = [*self.cells, self.window, self.target, self.sum]

    def update(self, row: int, column: int) -> str:
        """Put the window at `row`, `column` of the feature map; the pixels after it stay hidden."""
        kh, kw = self.kernel.shape
        patch = self.image[row : row + kh, column : column + kw].flatten().tolist()
        for marked in (self.window, self.target):
            marked.set_xy((column - 0.5, row - 0.5))
        for index, cell in enumerate(self.cells):
            cell.set_visible(index <= row * self.output.shape[1] + column)
        products = zip(patch, self.kernel.flatten().tolist(), strict=True)
        terms = [f"{int(p)}·{int(k)}" if k >= 0 else f"{int(p)}·({int(k)})" for p, k in products]
        self.sum.set_text(f"{' + '.join(terms)} = {int(self.output[row, column])}")
        return f"The window at row {row}, column {column} of the feature map: {self.sum.get_text()}."


class BackwardWindow(NumberWindow):
    """The kernel, turned round, on the padded gradient that arrives: each sum is the gradient of one pixel.

    d_output: (H, W), kernel: (k, k), both of small whole numbers.
    """

    def __init__(self, d_output: Tensor, kernel: Tensor) -> None:
        super().__init__(pad(d_output, (kernel.shape[0] - 1,) * 4), kernel.flip(0, 1))
        for axes, title in zip(self.figure.axes, ("d_output, padded", "kernel, turned round", "d_input"), strict=True):
            axes.set_title(title)

    def update(self, row: int, column: int) -> str:
        """Put the window where it gives the gradient of the pixel `row`, `column`."""
        super().update(row, column)
        return f"The window for the gradient of the pixel in row {row}, column {column}: {self.sum.get_text()}."
