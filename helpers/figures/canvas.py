"""A canvas to draw a digit on, and the way from its ink to an image like those of MNIST."""

from typing import Protocol

import anywidget
import torch
import traitlets
from torch import Tensor
from torch.nn.functional import interpolate

from helpers.figures.live import Picture, explore

SIDE = 112  # pixels of the canvas along a side; the page shows them larger
BOX, SIZE = 20, 28  # pixels: the box that MNIST fitted the ink into, and the whole image

CANVAS = """
function render({ model, el }) {
  el.innerHTML = `<canvas width="SIDE" height="SIDE" role="img" aria-label="Drawing area for one digit"></canvas>
    <div><p>Draw a digit here, large,<br>with the mouse or a finger.</p>
    <p role="status"></p><button type="button">Clear</button></div>`;
  el.classList.add("digit-canvas");
  const canvas = el.querySelector("canvas");
  const ink = canvas.getContext("2d", { willReadFrequently: true });
  Object.assign(ink, { lineWidth: 11, lineCap: "round", lineJoin: "round", strokeStyle: "white" });
  let last = null, waiting = false;
  const place = event => {
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left) * SIDE / box.width, (event.clientY - box.top) * SIDE / box.height];
  };
  const send = () => {  // at most once for each picture that the screen shows
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      const rgba = ink.getImageData(0, 0, SIDE, SIDE).data;
      model.set("value", new DataView(Uint8Array.from({ length: SIDE * SIDE }, (_, k) => rgba[4 * k + 3]).buffer));
      model.save_changes();
    });
  };
  const line = event => {
    const next = place(event);
    ink.beginPath();
    ink.moveTo(...last);
    ink.lineTo(...next);
    ink.stroke();
    last = next;
    send();
  };
  canvas.addEventListener("pointerdown", event => {
    if (!event.isPrimary) return;  // one finger draws
    canvas.setPointerCapture(event.pointerId);
    last = place(event);
    line(event);
  });
  canvas.addEventListener("pointermove", event => last && event.isPrimary && line(event));
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => { last = null; });
  el.querySelector("button").addEventListener("click", () => { ink.clearRect(0, 0, SIDE, SIDE); send(); });
  const status = el.querySelector("[role=status]");
  const say = () => { status.textContent = model.get("answer"); };
  model.on("change:answer", say);
  say();
}
export default { render };
""".replace("SIDE", str(SIDE))

# Legible on a slide of 1280x720, and low enough to stand on it above its picture.
STYLE = """
.digit-canvas { display: flex; gap: 24px; align-items: center; font-size: 18px; }
.digit-canvas canvas { width: 200px; height: 200px; background: black; cursor: crosshair; touch-action: none; }
.digit-canvas [role=status] { font-weight: bold; }
.digit-canvas button { font-size: 18px; padding: 6px 20px; }
"""


class DigitCanvas(anywidget.AnyWidget):
    """A black square to draw on, with a line of text, the `answer`, beside it.

    value: its ink as SIDE * SIDE bytes, 0 to 255, row by row; b"" when untouched.
    """

    _esm = CANVAS
    _css = STYLE
    value = traitlets.CBytes(b"").tag(sync=True)
    answer = traitlets.Unicode("").tag(sync=True)

    def __repr__(self) -> str:
        return "[A canvas to draw a digit on. It works when the notebook runs.]"


class Answering(Picture, Protocol):
    """A picture whose `update` takes the bytes of a canvas as `drawing`, and leaves its `answer` in words."""

    answer: str


def draw_digit(picture: Answering) -> None:
    """Show `picture` under a canvas; it follows each stroke, and its answer is written beside the canvas."""
    canvas = DigitCanvas()
    explore(picture, drawing=canvas)
    canvas.answer = picture.answer
    canvas.observe(lambda _: canvas.set_trait("answer", picture.answer), names="value")


def ink_of(value: bytes) -> Tensor:
    """The ink of a canvas as float32 (SIDE, SIDE), 0 to 1. Raises ValueError for another number of bytes."""
    if len(value) not in (0, SIDE * SIDE):
        raise ValueError(f"A canvas has {SIDE * SIDE} bytes, one a pixel, but was given {len(value)}.")
    pixels = torch.frombuffer(bytearray(value or SIDE * SIDE), dtype=torch.uint8)  # a number of bytes: all of them 0
    return pixels.view(SIDE, SIDE).float() / 255


def like_mnist(ink: Tensor) -> Tensor:
    """Ink (H, W), 0 none and 1 full, prepared as MNIST was: (1, 28, 28), black -1 and white 1.

    The ink is scaled into 20x20 pixels, its aspect kept, and its centre of mass is put in the middle of 28x28
    (https://web.archive.org/web/20220331130319/https://yann.lecun.com/exdb/mnist/). No ink gives a black image.
    """
    image = torch.zeros(SIZE, SIZE)
    rows, columns = (ink.amax(dim).gt(0.1).nonzero().flatten() for dim in (1, 0))
    if len(rows):
        inked = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        scale = BOX / max(inked.shape)
        size = [max(1, round(side * scale)) for side in inked.shape]
        small = interpolate(inked[None, None], size, mode="bilinear", antialias=True)[0, 0].clamp(0, 1)
        top, left = (_offset(small.sum(dim)) for dim in (1, 0))
        image[top : top + size[0], left : left + size[1]] = small
    return image[None] * 2 - 1


def _offset(mass: Tensor) -> int:
    """Where ink of this mass (n,) must begin so that its centre of mass lies in the middle, all of it inside."""
    middle = float((mass * (torch.arange(len(mass)) + 0.5)).sum() / mass.sum())
    return min(max(round(SIZE / 2 - middle), 0), SIZE - len(mass))
