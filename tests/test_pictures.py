"""The comparison of saved pictures with those of a run: it must see what a reader would see."""

import io

from helpers.publish.pictures import LARGEST, complaints, difference, pictures

import nbformat
import numpy as np
import pytest
from conftest import NOTEBOOKS
from PIL import Image

SAVED = [
    pytest.param(png, alt, id=f"{path.stem}-{cell.id}-{number}")
    for path in NOTEBOOKS
    for cell in nbformat.read(path, 4).cells
    for number, (png, alt) in enumerate(pictures(cell.get("outputs", [])))
]
every_picture = pytest.mark.parametrize("png, alt", SAVED)


def pixels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def packed(image: np.ndarray) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(image.astype(np.uint8)).save(stream, "png", compress_level=1)
    return stream.getvalue()


@every_picture
def test_a_blank_or_shifted_picture_is_seen(png, alt):
    image = pixels(png)
    assert complaints([(png, alt)], [(packed(np.full_like(image, 255)), alt)])
    for axis in (0, 1):
        assert complaints([(png, alt)], [(packed(np.roll(image, 40, axis)), alt)])


@every_picture
def test_a_recoloured_picture_is_seen(png, alt):
    image = pixels(png)
    grey = image.mean(axis=2, keepdims=True).repeat(3, axis=2)
    if np.abs(image - grey).mean() > 0.5:  # it has colour
        assert complaints([(png, alt)], [(packed(image[:, :, [1, 2, 0]]), alt)])
        assert complaints([(png, alt)], [(packed(grey), alt)])


@every_picture
def test_the_same_picture_with_a_little_noise_passes(png, alt):
    image = pixels(png)
    noise = np.random.RandomState(0).randint(-8, 9, image.shape)
    assert complaints([(png, alt)], [(packed((image + noise).clip(0, 255)), alt)]) == []


def test_a_changed_text_a_missing_and_a_resized_picture_are_seen():
    image = packed(np.tile(np.arange(80.0), (40, 1))[:, :, None].repeat(3, axis=2))
    assert complaints([(image, "loss 0.31")], [(image, "loss 0.29")]) == []
    assert complaints([(image, "a loss")], [(image, "a lass")])
    assert complaints([(image, "")], [])
    assert difference(image, packed(pixels(image)[:, :40])) > LARGEST
