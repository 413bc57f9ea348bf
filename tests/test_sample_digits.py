"""The drawn digits: the same bytes everywhere, shaped and placed as MNIST's, varied, and learnable."""

import hashlib

from helpers.data.sample import PATHS, draw_digits

import numpy as np
import pytest

COUNT = 1000


@pytest.fixture(scope="module")
def digits() -> tuple[np.ndarray, np.ndarray]:
    return draw_digits(COUNT, seed=0)


def centre_of_mass(images: np.ndarray) -> np.ndarray:
    """Row and column of the middle of the ink, float (n, 2), in pixels."""
    ink, place = images.astype(float), np.arange(28)
    moments = np.stack([ink.sum(axis=2) @ place, ink.sum(axis=1) @ place], axis=1)
    return moments / ink.sum(axis=(1, 2))[:, None]


def test_same_bytes_on_every_platform(digits):
    images, labels = digits
    # The one number here that cannot be derived. Changing a skeleton or the drawing changes it, rightly: then put
    # the new one here. It must never differ between machines.
    assert hashlib.sha256(images.tobytes() + labels.astype("<i8").tobytes()).hexdigest() == (
        "f9dcc0bfa71c8a2f3d50155c67b7add3e0e8ba46ec753e43bdbbee6347378e0e"
    )


def test_shape_type_and_range(digits):
    images, labels = digits
    assert images.shape == (COUNT, 28, 28) and images.dtype == np.uint8
    assert labels.shape == (COUNT,) and labels.dtype == np.int64
    assert images.min() == 0
    assert (images.max(axis=(1, 2)) > 200).all(), "every digit has bright ink"


def test_another_seed_gives_other_digits(digits):
    images, labels = digits
    others, other_labels = draw_digits(COUNT, seed=1)
    assert not np.array_equal(labels, other_labels)
    assert not any(np.array_equal(a, b) for a, b in zip(images, others, strict=True))


@pytest.mark.parametrize("count", [0, 1, 9, 10, 137])
def test_fewer_digits_are_the_first_of_more(digits, count):
    images, labels = draw_digits(count, seed=0)
    assert np.array_equal(images, digits[0][:count]) and np.array_equal(labels, digits[1][:count])


def test_labels_are_balanced_and_shuffled(digits):
    tens = digits[1].reshape(-1, 10)
    assert (np.sort(tens, axis=1) == np.arange(10)).all(), "every ten digits hold each label once"
    assert len({tuple(ten) for ten in tens}) > 0.9 * len(tens), "and not always in the same order"


def test_no_digit_is_drawn_twice(digits):
    assert len({image.tobytes() for image in digits[0]}) == COUNT


def test_ink_fills_a_box_of_20_pixels_in_a_black_frame(digits):
    ink = digits[0] > 0
    sides = np.stack([ink.any(axis=2).sum(axis=1), ink.any(axis=1).sum(axis=1)])
    assert sides.max() <= 20
    assert np.median(sides.max(axis=0)) >= 19, "the longer side fills the box"
    assert (~ink[:, 0]).mean() > 0.99 and (~ink).mean() > 0.7, "the background is black"


def test_ink_is_centred_as_in_mnist(digits):
    off = np.abs(centre_of_mass(digits[0]) - 14)
    assert off.max() <= 1 and (off <= 0.5 + 1e-9).mean() > 0.95


def test_ink_is_as_much_and_as_grey_as_in_mnist(digits):
    images = digits[0]
    # The first 10,000 training images of MNIST: 13.1 % ink, 80.8 % black, 38.6 % of the ink at 250 or more.
    assert images.mean() / 255 == pytest.approx(0.131, abs=0.01)
    assert (images == 0).mean() == pytest.approx(0.808, abs=0.02)
    assert (images >= 250).sum() / (images > 0).sum() == pytest.approx(0.386, abs=0.04)


@pytest.mark.parametrize("digit", range(10))
def test_every_digit_is_written_in_several_ways_that_look_different(monkeypatch, digit):
    ways = list({str(path): path for path in PATHS[digit]}.values())
    drawn = []
    for way in ways:
        monkeypatch.setitem(PATHS, digit, [way])
        images, labels = draw_digits(50, seed=5)  # five of each digit, shaken alike whatever the path
        drawn.append(images[labels == digit].astype(float))
    gaps = [np.abs(a - b).mean() for i, a in enumerate(drawn) for b in drawn[:i]]
    assert len(ways) >= 4 and min(gaps) > 5, f"two ways of writing {digit} look the same"  # mean grey levels per pixel


def test_digits_of_one_seed_teach_those_of_another():
    images, labels = draw_digits(2000, seed=1)
    new_images, new_labels = draw_digits(500, seed=2)
    known, new = (np.sqrt(x.reshape(len(x), -1) / 255.0) for x in (images, new_images))
    known, new = (x / np.sqrt((x * x).sum(axis=1, keepdims=True)) for x in (known, new))
    nearest = labels[(new @ known.T).argmax(axis=1)]
    assert (nearest == new_labels).mean() > 0.75, "the nearest known digit mostly has the right label"
