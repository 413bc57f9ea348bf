"""Where the digits come from, and what happens when a source fails."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import torch
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

from helpers import data
from helpers.data import DigitsUnavailable, load_digits

RAW = ("MNIST", "raw")


@pytest.fixture
def server(archives, monkeypatch):
    """A mirror of MNIST on loopback, which cuts a file off in the middle while its name is in `cut`."""

    class Mirror(BaseHTTPRequestHandler):
        cut: set[str] = set()
        served: list[str] = []

        def do_GET(self):
            name = self.path.rsplit("/", 1)[-1]
            content = archives[name][0]
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.served.append(name)
            self.wfile.write(content[: len(content) // 2] if name in self.cut else content)

        def log_message(self, *_):
            """Say nothing."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Mirror)
    threading.Thread(target=http.serve_forever, daemon=True).start()
    monkeypatch.setattr(datasets.MNIST, "mirrors", [f"http://127.0.0.1:{http.server_port}/"])
    monkeypatch.setattr(datasets.MNIST, "resources", [(name, md5) for name, (_, md5) in archives.items()])
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    yield Mirror
    http.shutdown()
    http.server_close()


@pytest.fixture
def no_network(monkeypatch):
    """Every mirror refuses the connection: port 9 of loopback, where nothing listens."""
    monkeypatch.setattr(datasets.MNIST, "mirrors", ["http://127.0.0.1:9/"])


@pytest.mark.parametrize("train", [True, False])
def test_from_disk_equals_the_programs_transforms(mnist_root, train):
    program = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.5,), (0.5,))])
    expected = datasets.MNIST(mnist_root, train=train, transform=program)
    digits = load_digits(train, root=mnist_root)
    assert len(digits) == len(expected)
    for (image, label), (expected_image, expected_label) in zip(digits, expected, strict=True):
        assert torch.equal(image, expected_image) and label == expected_label


def test_a_dataloader_accepts_the_digits(mnist_root):
    images, labels = next(iter(DataLoader(load_digits(root=mnist_root), batch_size=8)))
    assert images.shape == (8, 1, 28, 28) and images.dtype == torch.float32
    assert labels.tolist() == [0, 1, 2, 3, 4, 5, 6, 7] and labels.dtype == torch.int64


def test_says_in_one_line_which_source(mnist_root, capsys):
    load_digits(root=mnist_root)
    assert capsys.readouterr().out == f"40 training digits: MNIST, found in {mnist_root}.\n"


def test_environment_variable_names_the_folder(mnist_root, monkeypatch, capsys):
    monkeypatch.setenv("MNIST_ROOT", str(mnist_root))
    assert load_digits(train=False).source == "MNIST"
    assert "the folder given by MNIST_ROOT" in capsys.readouterr().out


def test_default_folder_is_the_projects_own(monkeypatch):
    monkeypatch.delenv("MNIST_ROOT", raising=False)
    root = data.default_root()
    assert root.name == "data" and (root.parent / "pyproject.toml").exists()


FAULTS = {
    "missing": (lambda file: file.unlink(), "no file train-images"),
    "truncated": (lambda file: file.write_bytes(file.read_bytes()[:-100]), "is damaged"),
    "empty": (lambda file: file.write_bytes(b""), "is damaged: 0 bytes"),
    "wrong magic number": (
        lambda file: file.write_bytes(b"\0\0\0\1" + file.read_bytes()[4:]),
        "magic number 1, not 2051",
    ),
    "a folder in its place": (lambda file: (file.unlink(), file.mkdir()), "cannot be read"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_faulty_file_on_disk_is_named_and_refused(mnist_root, fault):
    spoil, message = FAULTS[fault]
    spoil(mnist_root.joinpath(*RAW, "train-images-idx3-ubyte"))
    with pytest.raises(DigitsUnavailable, match=message) as raised:
        load_digits(source="disk", root=mnist_root)
    assert "MNIST_ROOT" in str(raised.value), "the message says what to do"


def test_images_and_labels_must_match_in_number(mnist_root):
    labels = mnist_root.joinpath(*RAW, "train-labels-idx1-ubyte")
    labels.write_bytes(labels.read_bytes()[:4] + (39).to_bytes(4) + labels.read_bytes()[8:-1])
    with pytest.raises(DigitsUnavailable, match="40 images but 39 labels"):
        load_digits(source="disk", root=mnist_root)


def test_download(server, tmp_path, mnist_root, capsys):
    digits = load_digits(root=tmp_path / "new")
    assert torch.equal(digits.images, load_digits(source="disk", root=mnist_root).images)
    assert "MNIST, downloaded to" in capsys.readouterr().out
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["MNIST"], "nothing but MNIST is left"


def test_second_start_downloads_nothing(server, tmp_path):
    load_digits(root=tmp_path)
    server.served.clear()
    assert load_digits(train=False, root=tmp_path).source == "MNIST"
    assert not server.served


@pytest.mark.parametrize("name", ["train-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"])
def test_download_cut_off_falls_back_then_recovers(server, tmp_path, capsys, name):
    server.cut.add(name)
    assert load_digits(root=tmp_path).source == "sample"
    assert "the download of MNIST failed" in capsys.readouterr().out
    assert not (tmp_path / "MNIST").exists(), "nothing half-done where the next start looks"
    server.cut.discard(name)
    server.served.clear()
    assert load_digits(root=tmp_path).source == "MNIST"
    whole_before = {"train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"} if name.startswith("t10k") else set()
    assert not whole_before & set(server.served), "archives that were whole are not fetched again"


def test_download_recovers_from_a_crash_while_unpacking(server, tmp_path, archives):
    partial = (tmp_path / "MNIST.partial").joinpath(*RAW)
    partial.mkdir(parents=True)
    for name in archives:
        (partial / name.removesuffix(".gz")).write_bytes(b"half a file")
    assert load_digits(root=tmp_path).source == "MNIST"


def test_download_replaces_a_truncated_file(server, mnist_root):
    file = mnist_root.joinpath(*RAW, "train-images-idx3-ubyte")
    whole = file.read_bytes()
    file.write_bytes(whole[:1000])
    assert load_digits(root=mnist_root).source == "MNIST"
    assert file.read_bytes() == whole


def test_folder_that_cannot_be_written(server, tmp_path):
    in_the_way = tmp_path / "file"
    in_the_way.write_text("not a folder")
    with pytest.raises(DigitsUnavailable, match="cannot be stored in .*: Not a directory"):
        load_digits(source="download", root=in_the_way)
    assert load_digits(root=in_the_way).source == "sample"
    assert in_the_way.read_text() == "not a folder"


def test_no_network_gives_the_sample_and_the_reason(no_network, tmp_path, capsys):
    train, test = load_digits(root=tmp_path), load_digits(train=False, root=tmp_path)
    assert (train.source, len(train), len(test)) == ("sample", 12_000, 2_000)
    assert not torch.equal(train.images[:2_000], test.images), "test digits are not training digits"
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("12,000 training digits: the built-in sample (no file") and "refused" in first
    assert second.startswith("2,000 test digits: the built-in sample")


def test_one_source_by_name(no_network, mnist_root, tmp_path):
    assert load_digits(source="sample", root=mnist_root).source == "sample"
    with pytest.raises(DigitsUnavailable, match="No digits from source 'download': the download of MNIST failed"):
        load_digits(source="download", root=tmp_path / "empty")


def test_unknown_source():
    with pytest.raises(ValueError, match="'auto' or one of .*'sample'.* but is 'web'"):
        load_digits(source="web")


def test_timeout_is_restored(no_network, tmp_path):
    import socket

    before = socket.getdefaulttimeout()
    with pytest.raises(DigitsUnavailable):
        load_digits(source="download", root=tmp_path)
    assert socket.getdefaulttimeout() == before


def test_sample_digit():
    four = data.sample_digit(4)
    assert four.shape == (1, 28, 28) and four.min() == -1 and four.max() > 0.5
    assert torch.equal(four, data.sample_digit(4)) and not torch.equal(four, data.sample_digit(9))
    with pytest.raises(ValueError, match="one of 0 to 9, but is 10"):
        data.sample_digit(10)
