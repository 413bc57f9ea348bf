"""Drills: the sums of an interview, with new numbers each time, an answer that is checked, and the working.

`make(kind, seed)` gives the same task for the same seed. Every formula here is tested against torch itself.
"""

import math
import random
import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Drill:
    """One task: its text and its working (Markdown), its answer, and the numbers it was made from."""

    task: str
    answer: float
    working: str
    numbers: dict

    def verdict(self, text: str) -> str:
        """What to say, as plain text, to an answer that was typed.

        What is no number is not called wrong: the line says how to write one.
        """
        found = parse(text)
        if found is None:
            return f"“{text.strip()}” is no number: write it like 18496, 18,496 or 0.69."
        if abs(found - self.answer) <= self.off:
            return "Correct."
        comma = f", read as {found:.15g}: a comma parts thousands, a point begins the decimals" if "," in text else ""
        return f"Not {text.strip()}{comma}."

    @property
    def off(self) -> float:
        """How far an answer may be from the right one: a decimal 0.005, a whole number not at all."""
        return 0 if isinstance(self.answer, int) else 0.005 + 1e-9

    @property
    def solution(self) -> str:
        """The working, ending in the answer (Markdown)."""
        shown = f"{self.answer:,}" if isinstance(self.answer, int) else f"{self.answer:.3f}"
        return f"{self.working} **{shown}**"


def parse(text: str) -> float | None:
    """The number that `text` means, or None. Commas and spaces may part thousands; a decimal has a point."""
    text = text.strip()
    if re.fullmatch(r"[+-]?\d{1,3}(?:([, ])\d{3})(?:\1\d{3})*(\.\d+)?", text):
        text = re.sub(r"[, ]", "", text)
    return float(text) if re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", text, re.I) else None


def make(kind: str, seed: int) -> Drill:
    """The task of this kind, one of KINDS, for this seed. Raises ValueError for another kind."""
    if kind not in KINDS:
        raise ValueError(f"No drill is called {kind!r}: choose one of {', '.join(KINDS)}.")
    return KINDS[kind](random.Random(seed))


def _output_size(rng: random.Random) -> Drill:
    n, k, s, p = rng.randint(16, 64), rng.choice([2, 3, 5, 7]), rng.randint(1, 3), rng.randint(0, 3)
    d = rng.choice([1, 1, 2])
    reach = d * (k - 1) + 1
    steps = (n + 2 * p - reach) // s
    return Drill(
        f"An image of {n}×{n} pixels, kernel {k}×{k}, stride {s}, padding {p}, dilation {d}. "
        "How many pixels wide is the feature map?",
        steps + 1,
        f"The kernel reaches over {d}·({k} − 1) + 1 = {reach} pixels; with the padding there are "
        f"{n} + 2·{p} = {n + 2 * p}.\n\n⌊({n + 2 * p} − {reach}) / {s}⌋ + 1 = {steps} + 1 =",
        {"n": n, "k": k, "s": s, "p": p, "d": d},
    )


def _parameters(rng: random.Random) -> Drill:
    kind, bias = rng.choice(["conv", "conv", "depthwise", "linear"]), rng.random() < 0.7
    c_in, c_out, k = rng.choice([1, 3, 16, 32, 64]), rng.choice([8, 16, 32, 64, 128]), rng.choice([1, 3, 5])
    if kind == "linear":
        c_in = c_in * 7 * 7
        layer, per_output, how = f"nn.Linear({c_in}, {c_out}", c_in, f"{c_in}"
    elif kind == "depthwise":
        c_in = c_out
        layer, per_output, how = f"nn.Conv2d({c_in}, {c_out}, {k}, groups={c_in}", k * k, f"1 channel · {k}·{k}"
    else:
        layer, per_output, how = f"nn.Conv2d({c_in}, {c_out}, {k}", c_in * k * k, f"{c_in} channels · {k}·{k}"
    layer += ")" if bias else ", bias=False)"
    return Drill(
        f"How many parameters does `{layer}` have?",
        c_out * (per_output + bias),
        f"Each output has {how} = {per_output} weights{' and 1 bias' if bias else ', no bias'}.\n\n"
        f"{c_out} outputs · {per_output + bias} =",
        {"layer": layer},
    )


def _multiply_adds(rng: random.Random) -> Drill:
    c_in, c_out, k = rng.choice([1, 3, 8, 16, 32]), rng.choice([8, 16, 32, 64]), rng.choice([1, 3, 5])
    n, s, p = rng.choice([7, 14, 28, 32]), rng.choice([1, 1, 2]), k // 2
    out = (n + 2 * p - k) // s + 1
    numbers, products = c_out * out * out, c_in * k * k
    return Drill(
        f"How many multiply-adds does `nn.Conv2d({c_in}, {c_out}, {k}, stride={s}, padding={p})` cost for one image of "
        f"{n}×{n} pixels? Leave the bias out; products with padding count.",
        numbers * products,
        f"The feature maps are {out}×{out}, so there are {c_out}·{out}·{out} = {numbers:,} numbers to make."
        f"\n\nEach is a sum of {c_in}·{k}·{k} = {products} products: {numbers:,} · {products} =",
        {"c_in": c_in, "c_out": c_out, "k": k, "n": n, "s": s, "p": p},
    )


def _receptive_field(rng: random.Random) -> Drill:
    layers = [rng.choice([("conv", 3, 1), ("conv", 5, 1), ("conv", 3, 2), ("pool", 2, 2)]) for _ in range(4)]
    lines, seen, step = [], 1, 1
    for name, k, s in layers:
        field = f"field {seen} + ({k} − 1)·{step} = {seen + (k - 1) * step}"
        seen, step = seen + (k - 1) * step, step * s
        lines.append(f"- {name} {k}×{k}, stride {s}: {field}; a step is now {step}")
    names = ", then ".join(f"{name} {k}×{k} with stride {s}" for name, k, s in layers)
    return Drill(
        f"How many pixels of the image, in one direction, can change a number after {names}?",
        seen,
        "Begin with a field of 1 pixel and a step of 1.\n\n" + "\n".join(lines) + "\n\nSo it is",
        {"layers": layers},
    )


def _memory(rng: random.Random) -> Drill:
    batch, channels, side = rng.choice([1, 32, 64, 128]), rng.choice([16, 32, 64]), rng.choice([7, 14, 28, 56])
    dtype, size = rng.choice([("float32", 4), ("float16", 2), ("bfloat16", 2), ("float64", 8)])
    count = batch * channels * side * side
    return Drill(
        f"A layer makes {channels} feature maps of {side}×{side} for each of {batch} images, in {dtype}. "
        "How many bytes do they take?",
        count * size,
        f"{batch}·{channels}·{side}·{side} = {count:,} numbers, {size} bytes each: {count:,} · {size} =",
        {"shape": (batch, channels, side, side), "dtype": dtype},
    )


def _loss(rng: random.Random) -> Drill:
    powers, label = [rng.randint(1, 9) for _ in range(3)], rng.randrange(3)
    total = sum(powers)
    logits = ", ".join("0" if power == 1 else f"ln {power}" for power in powers)
    return Drill(
        f"The logits are ({logits}), and class {label}, counted from 0, is true. What is the cross-entropy loss, "
        "to two decimals?",
        math.log(total / powers[label]),
        f"exp turns the logits into {', '.join(map(str, powers))}; their sum is {total}, so "
        f"p = {powers[label]}/{total}.\n\nThe loss is −ln({powers[label]}/{total}) = ln({total}/{powers[label]}) =",
        {"powers": powers, "label": label},
    )


KINDS = {
    "output size": _output_size, "parameters": _parameters, "multiply-adds": _multiply_adds,
    "receptive field": _receptive_field, "memory": _memory, "loss": _loss,
}  # fmt: skip
