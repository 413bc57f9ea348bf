"""Muon by hand: orthogonal steps, those of torch.optim.Muon, and what it refuses."""

from helpers.optimizers import Muon, orthogonalize

import pytest
import torch
from torch import nn


@pytest.mark.parametrize("shape", [(4, 9), (32, 32), (64, 288)])
def test_orthogonalize_keeps_directions_and_levels_their_sizes(shape):
    matrix = torch.randn(shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    u, _, v = torch.linalg.svd(matrix, full_matrices=False)
    inside = u.T @ orthogonalize(matrix) @ v.T  # diagonal when the directions are kept
    sizes = inside.diag()
    torch.testing.assert_close(inside, torch.diag(sizes), rtol=0, atol=1e-8)
    assert sizes.max() < 1.25 and sizes[: len(sizes) // 2].min() > 0.65


@pytest.mark.parametrize("shape", [(10, 30), (20, 20)])
def test_muon_steps_like_torchs(shape):
    generator = torch.Generator().manual_seed(1)
    ours, torchs = (nn.Parameter(torch.zeros(shape)) for _ in range(2))
    optimizers = Muon([ours], lr=0.1), torch.optim.Muon([torchs], lr=0.1, weight_decay=0)
    for _ in range(5):
        ours.grad = torch.randn(shape, generator=generator)
        torchs.grad = ours.grad.clone()
        for optimizer in optimizers:
            optimizer.step()
    assert torch.nn.functional.cosine_similarity(ours.flatten(), torchs.flatten(), dim=0) > 0.995
    torch.testing.assert_close(ours.norm(), torchs.norm(), rtol=0.03, atol=0)


def test_muon_counts_a_kernel_as_a_row_and_refuses_what_has_none():
    kernels, rows = nn.Parameter(torch.zeros(6, 2, 3, 3)), nn.Parameter(torch.zeros(6, 18))
    kernels.grad = torch.randn(6, 2, 3, 3, generator=torch.Generator().manual_seed(2))
    rows.grad = kernels.grad.flatten(1)
    Muon([kernels, rows], lr=0.1).step()
    torch.testing.assert_close(kernels.detach().flatten(1), rows.detach())
    with pytest.raises(ValueError, match=r"shape \[\(3,\)\] have no rows: leave biases to another optimizer"):
        Muon([nn.Parameter(torch.zeros(3))])
    with pytest.raises(ValueError, match="expected two axes"):
        orthogonalize(torch.zeros(3, 3, 3))
    with pytest.raises(ValueError, match="momentum -1: give numbers of at least 0"):
        Muon([rows], momentum=-1)
