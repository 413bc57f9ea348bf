"""Where the digits come from, and what happens when a source fails."""

import errno
import gzip
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from helpers import data
from helpers.data import DigitsUnavailable, load_digits, mnist

import pytest
import torch
from torchvision import datasets, transforms

IMAGES, LABELS = Path("MNIST/raw/train-images-idx3-ubyte"), Path("MNIST/raw/train-labels-idx1-ubyte")


@pytest.fixture
def server(archives, monkeypatch):
    """A mirror of MNIST on loopback: it breaks off the files named in `cut`, and sends `instead` of any where set."""

    class Mirror(BaseHTTPRequestHandler):
        cut: set[str] = set()
        instead = b""
        served: list[str] = []
        together = threading.Barrier(1)  # so many ask for the first file before any is answered

        def do_GET(self):
            name = self.path.rsplit("/", 1)[-1]
            if name.startswith("train-images"):
                self.together.wait(timeout=60)
            content = self.instead or archives[name][0]
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


def test_archives_alone_are_enough(mnist_root, archives):
    expected = load_digits(source="disk", root=mnist_root).images
    for name, (content, _) in archives.items():
        file = mnist_root / "MNIST" / "raw" / name
        file.write_bytes(content)
        file.with_suffix("").unlink()
    assert torch.equal(load_digits(source="disk", root=mnist_root).images, expected)


def overwrite(start: int, new: bytes):
    """What replaces some bytes of a file."""
    return lambda file: file.write_bytes(file.read_bytes()[:start] + new + file.read_bytes()[start + len(new) :])


# Each names a file, spoils it, and says what a reader is told.
FAULTS = {
    "missing": (IMAGES, Path.unlink, "no file train-images"),
    "truncated": (IMAGES, lambda file: file.write_bytes(file.read_bytes()[:-100]), "train-images.* is damaged"),
    "empty": (IMAGES, lambda file: file.write_bytes(b""), "is damaged"),
    "wrong magic number": (IMAGES, overwrite(0, b"\0\0\0\1"), "is damaged, or not MNIST's"),
    "14x56 pixels": (IMAGES, overwrite(8, b"\0\0\0\x0e\0\0\0\x38"), "is damaged"),
    "no images": (IMAGES, lambda file: file.write_bytes(b"\0\0\x08\3\0\0\0\0\0\0\0\x1c\0\0\0\x1c"), "is damaged"),
    "60,000 labels, all 0": (
        LABELS,
        lambda file: file.write_bytes(b"\0\0\x08\1\0\0\xea\x60" + bytes(60_000)),
        "not MNIST's",
    ),
    "39 labels": (LABELS, lambda file: file.write_bytes(b"\0\0\x08\1\0\0\0\x27" + bytes(39)), "40 images, 39 labels"),
    "a label of 10": (LABELS, overwrite(8, b"\x0a"), "labels from 0 to 10"),
    "a folder in its place": (IMAGES, lambda file: (file.unlink(), file.mkdir()), "is not a file"),
    "a pipe in its place": (IMAGES, lambda file: (file.unlink(), os.mkfifo(file)), "is not a file"),
    "half an archive": (
        IMAGES,
        lambda file: (file.with_suffix(".gz").write_bytes(gzip.compress(file.read_bytes())[:999]), file.unlink()),
        "cannot be read: Compressed file ended",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_faulty_file_on_disk_is_named_and_refused(mnist_root, fault):
    file, spoil, message = FAULTS[fault]
    spoil(mnist_root / file)
    with pytest.raises(DigitsUnavailable, match=message) as raised:
        load_digits(source="disk", root=mnist_root)
    assert "MNIST_ROOT" in str(raised.value), "the message says what to do"


def test_download_happens_once(server, tmp_path, mnist_root, capsys):
    digits = load_digits(root=tmp_path / "new")
    assert torch.equal(digits.images, load_digits(source="disk", root=mnist_root).images)
    assert "MNIST, downloaded to" in capsys.readouterr().out
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["MNIST"], "nothing but MNIST is left"
    server.served.clear()
    assert load_digits(train=False, root=tmp_path / "new").source == "MNIST"
    assert not server.served


DOWNLOAD = """
import sys
from helpers.data import load_digits
from torchvision import datasets
datasets.MNIST.mirrors, datasets.MNIST.resources = eval(sys.argv[2])
print(load_digits(root=sys.argv[1]).source)
"""


def test_kernels_that_download_at_once_all_get_mnist(server, tmp_path):
    server.together = threading.Barrier(3)
    source = repr((datasets.MNIST.mirrors, datasets.MNIST.resources))
    command = [sys.executable, "-c", DOWNLOAD, str(tmp_path), source]
    kernels = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    assert [kernel.communicate()[0].splitlines()[-1] for kernel in kernels] == ["MNIST"] * 3
    assert [path.name for path in tmp_path.iterdir()] == ["MNIST"]


def test_a_slow_drip_has_a_limit(server, tmp_path, monkeypatch):
    monkeypatch.setattr(mnist, "LONGEST", -1.0)
    with pytest.raises(DigitsUnavailable, match="download of MNIST failed: not whole after"):
        load_digits(source="download", root=tmp_path)
    assert len(server.served) == 1 and not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["train-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"])
def test_download_cut_off_falls_back_then_recovers(server, tmp_path, capsys, name):
    server.cut.add(name)
    assert load_digits(root=tmp_path).source == "sample"
    assert "the download of MNIST failed: the connection was cut" in capsys.readouterr().out
    assert not list(tmp_path.iterdir()), "nothing half-done is left"
    server.cut.discard(name)
    assert load_digits(root=tmp_path).source == "MNIST"


def test_a_login_page_is_no_mnist(server, tmp_path):
    server.instead = b"<html>Welcome to the Wi-Fi of this train</html>"
    with pytest.raises(DigitsUnavailable, match="perhaps this network wants you to log in first"):
        load_digits(source="download", root=tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_full_disk_names_the_folder_and_leaves_nothing(server, tmp_path, monkeypatch):
    def write_half(file: Path, content: bytes) -> None:
        with open(file, "wb") as stream:
            stream.write(content[: len(content) // 2])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", write_half)
    with pytest.raises(DigitsUnavailable, match=f"cannot be stored in {tmp_path}: No space left"):
        load_digits(source="download", root=tmp_path)
    assert not list(tmp_path.iterdir())


def test_download_replaces_a_truncated_file(server, mnist_root):
    whole = (mnist_root / IMAGES).read_bytes()
    (mnist_root / IMAGES).write_bytes(whole[:1000])
    assert load_digits(root=mnist_root).source == "MNIST"
    assert (mnist_root / IMAGES).read_bytes() == whole


def test_folder_that_cannot_be_written(server, tmp_path):
    in_the_way = tmp_path / "file"
    in_the_way.write_text("not a folder")
    with pytest.raises(DigitsUnavailable, match="cannot be stored in .*: File exists"):
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


def test_sample_digit():
    four = data.sample_digit(4)
    assert four.shape == (1, 28, 28) and four.min() == -1 and four.max() > 0.5
    assert torch.equal(four, data.sample_digit(4)) and not torch.equal(four, data.sample_digit(9))
    with pytest.raises(ValueError, match="one of 0 to 9, but is 10"):
        data.sample_digit(10)
