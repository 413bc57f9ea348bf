"""The live picture of notebook 05: going backward through a convolution."""

from helpers.figures import INK, new_figure
from helpers.figures.convolution import outline, write_numbers
from helpers.from_scratch import conv2d

from torch import Tensor
from torch.nn.functional import pad


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
