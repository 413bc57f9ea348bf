"""Notebook 09: what its cells compute by hand is what captum computes; the live figure says what it shows."""

from helpers.data import sample_digit
from helpers.figures.looking_inside import Noisy
from helpers.model import load_pretrained

import pytest
import torch
from captum.attr import IntegratedGradients, LayerGradCam, Occlusion, Saliency
from conftest import run_cells
from torch import nn
from torch.nn import functional as F

DIGITS = [sample_digit(7, seed=542)[None], sample_digit(8)[None], sample_digit(4)[None]]
by_digit = pytest.mark.parametrize("x", DIGITS, ids=["crossed 7", "8", "4"])
by_class = pytest.mark.parametrize("digit", [2, 7, 8])


@pytest.fixture(scope="module")
def cells():
    """What the notebook's cells define, by name."""
    ids = ("fool", "push", "occlusion-covered", "occlusion", "body-head", "grad-cam-code")
    imported = {"torch": torch, "F": F, "nn": nn, "load_pretrained": load_pretrained, "sample_digit": sample_digit}
    return run_cells("09_looking_inside.ipynb", ids, **imported)


@by_digit
@by_class
def test_saliency(cells, x, digit):
    theirs = Saliency(cells["network"]).attribute(x.clone().requires_grad_(), target=digit)
    torch.testing.assert_close(cells["slopes"](x, digit).abs(), theirs, rtol=0, atol=1e-5)


@by_digit
@by_class
def test_occlusion(cells, x, digit):
    theirs = Occlusion(cells["network"]).attribute(
        x, (1, 5, 5), baselines=-1, target=digit, perturbations_per_eval=64, strides=1
    )
    torch.testing.assert_close(cells["occlusion"](x, digit), theirs[0, 0].float(), rtol=0, atol=1e-5)


@by_digit
@by_class
def test_grad_cam(cells, x, digit):
    whole, relu = nn.Sequential(*cells["body"][:4], last := nn.ReLU(), *cells["head"]), last
    theirs = LayerGradCam(whole, relu).attribute(x, target=digit, relu_attributions=True)
    torch.testing.assert_close(cells["grad_cam"](x, digit), theirs[:, 0], rtol=0, atol=1e-5)


@by_digit
def test_fgsm_moves_each_pixel_by_the_strength_and_harms(cells, x):
    network, label = cells["network"], cells["network"](x).argmax(dim=1)
    step = 0.1 * cells["loss_slope"](x, label).sign()
    assert step.abs().max() == pytest.approx(0.1)
    assert F.cross_entropy(network((x + step).clamp(-1, 1)), label) > F.cross_entropy(network(x), label)


@by_digit
def test_integrated_gradients(cells, x):
    from right_answers import RIGHT

    def slope(image):
        return cells["slopes"](image[None, None], 2)[0, 0]

    theirs = IntegratedGradients(cells["network"]).attribute(
        x, torch.full_like(x, -1), target=2, n_steps=50, method="riemann_middle"
    )
    for integrated in RIGHT["integrated"]:
        torch.testing.assert_close(integrated(slope, x[0, 0], 50), theirs[0, 0].float(), rtol=0, atol=1e-5)


def test_the_live_figure_tells_what_is_read():
    ten = torch.stack([sample_digit(digit) for digit in range(10)])
    picture = Noisy(load_pretrained(), ten, {"none": torch.zeros_like(ten), "white": torch.ones_like(ten)})
    for digit in range(10):
        assert f"read as {digit}" in picture.update(kind="none", digit=digit, strength=0.5)
    assert picture.update(kind="white", digit=6, strength=0.0) == picture.update(
        kind="none", digit=6, strength=0.0
    ).replace("none", "white")
    picture.update(kind="white", digit=6, strength=2.0)
    assert picture.image.get_array().min() == 1
