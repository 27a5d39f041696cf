"""Engines that can run the reader's network: the project's own, ONNX Runtime, OpenVINO.

Enters: an engine's name and a folder for what it makes of the weights. Leaves: something that
a ``PassageReader`` reads with. Deliberately knows nothing of how they are compared.

The other engines are no dependency: one that is not installed says what to install. Their files
are made once a folder; int8 is calibrated on pairs of a training set.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

import numpy as np
import torch

from embeddings.encoder import FloatArray
from embeddings.pairs import Batch
from embeddings.reader import WEIGHTS, Network
from embeddings.reader_network import ReaderNetwork
from embeddings.reader_packed import PackedNetwork
from embeddings.weights import packaged_weights

INPUTS = ("ids", "types", "mask", "text")
OUTPUTS = ("relevance", "answerable", "start", "end")

Logits = tuple[FloatArray, FloatArray, FloatArray, FloatArray]


@dataclass(frozen=True, slots=True)
class Material:
    """What engines are made from: batches to calibrate on, a folder, and a number of threads."""

    calibration: Sequence[Batch]
    folder: Path
    threads: int
    weights: Path = WEIGHTS


@dataclass(frozen=True, slots=True)
class Kind:
    """An engine: ``prepare`` makes its file where it is not there yet, ``load`` reads that.

    ``packages`` are the distributions it needs to run beyond the project's own, ``tools`` those
    that only make its file.
    """

    prepare: Callable[[Material], Path]
    load: Callable[[Path, Material], Network]
    packages: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()

    def missing(self) -> list[str]:
        """What is not installed."""
        return [name for name in (*self.packages, *self.tools) if not _installed(name)]

    def megabytes(self) -> float:
        """What its packages take on disk; 0 for those that the project has anyway."""
        return sum(map(_size, self.packages)) / 1e6


def _installed(package: str) -> bool:
    try:
        metadata.distribution(package)
    except metadata.PackageNotFoundError:
        return False
    return True


def _size(package: str) -> int:
    """Bytes of an installed distribution's own files."""
    paths = (Path(str(file.locate())) for file in metadata.files(package) or ())
    return sum(path.stat().st_size for path in paths if path.is_file())


class _Session:
    """An engine that takes a batch's arrays by name."""

    def __init__(self, run: Callable[[dict[str, Any]], Sequence[Any]]) -> None:
        self._run = run

    def read(self, batch: Batch) -> Logits:
        found = self._run({name: getattr(batch, name) for name in INPUTS})
        relevance, answerable, start, end = (np.asarray(each, dtype=np.float32) for each in found)
        return relevance, answerable, start, end


class _Padded:
    """The project's network as it is trained: transformers' own layers, padding computed too."""

    def __init__(self, network: ReaderNetwork) -> None:
        self._network = network.eval()

    def read(self, batch: Batch) -> Logits:
        with torch.inference_mode():
            found = self._network(batch)
        relevance, answerable, start, end = (
            getattr(found, name).float().numpy() for name in OUTPUTS
        )
        return relevance, answerable, start, end


class _Exported(torch.nn.Module):
    """The network as a function of tensors."""

    def __init__(self, network: ReaderNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, *tensors: torch.Tensor) -> tuple[torch.Tensor, ...]:
        found = self.network.logits(*tensors)
        return tuple(getattr(found, name) for name in OUTPUTS)


def _weights(material: Material) -> Path:
    return material.weights


def _torch(weights: Path, lower: bool) -> ReaderNetwork:
    network = ReaderNetwork.from_weights(packaged_weights().parent, weights)
    if lower:
        network.lower_precision()
    return network


def _onnx(material: Material) -> Path:
    """The network as ONNX, in float32."""
    path = material.folder / "reader.onnx"
    if not path.is_file():
        network = _torch(material.weights, lower=False).eval()
        batch = material.calibration[0]
        arrays = tuple(torch.from_numpy(getattr(batch, name)) for name in INPUTS)
        axes = {0: torch.export.Dim("pairs", min=1), 1: torch.export.Dim("tokens", min=2, max=512)}
        exported = torch.onnx.export(
            _Exported(network),
            arrays,
            input_names=INPUTS,
            output_names=OUTPUTS,
            dynamic_shapes=((axes,) * len(INPUTS),),
            dynamo=True,
            verbose=False,
        )
        exported.save(str(path))  # type: ignore[union-attr]  # None only for the older exporter
    return path


def _onnx_int8(material: Material) -> Path:
    """The same with weights in int8, and what flows between rounded as it comes."""
    path = material.folder / "reader_int8.onnx"
    if not path.is_file():
        onnx, quantization = import_module("onnx"), import_module("onnxruntime.quantization")
        model = onnx.load(_onnx(material))
        # The exporter's notes on shapes are of before it folded constants; quantizing checks them.
        del model.graph.value_info[:]
        quantization.quantize_dynamic(model, path)
    return path


def _openvino_int8(material: Material) -> Path:
    """The network in int8, its ranges taken from what the calibration pairs give."""
    path = material.folder / "reader_int8.xml"
    if not path.is_file():
        openvino, nncf = import_module("openvino"), import_module("nncf")
        samples = [{name: getattr(b, name) for name in INPUTS} for b in material.calibration]
        quantized = nncf.quantize(
            openvino.Core().read_model(_onnx(material)),
            nncf.Dataset(samples),
            model_type=nncf.ModelType.TRANSFORMER,
            subset_size=len(samples),
        )
        openvino.save_model(quantized, path, compress_to_fp16=False)
    return path


def _onnxruntime(path: Path, material: Material) -> Network:
    runtime = import_module("onnxruntime")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = material.threads
    # Threads that spin while they wait would slow the engine that is measured next.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = runtime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    return _Session(lambda arrays: session.run(OUTPUTS, arrays))


def _openvino(precision: str) -> Callable[[Path, Material], Network]:
    def load(path: Path, material: Material) -> Network:
        openvino = import_module("openvino")
        compiled = openvino.Core().compile_model(
            path,
            "CPU",
            {
                "INFERENCE_PRECISION_HINT": precision,
                "INFERENCE_NUM_THREADS": material.threads,
                "PERFORMANCE_HINT": "LATENCY",
            },
        )
        request = compiled.create_infer_request()

        def run(arrays: dict[str, Any]) -> list[Any]:
            found = request.infer(arrays)
            return [found[compiled.output(i)] for i in range(len(OUTPUTS))]

        return _Session(run)

    return load


_EXPORT = ("onnx", "onnxscript")
_OPENVINO_FP32 = Kind(_onnx, _openvino("f32"), ("openvino",), _EXPORT)

KINDS: Mapping[str, Kind] = {
    "torch float32": Kind(_weights, lambda path, _: _Padded(_torch(path, lower=False))),
    "torch bfloat16, padded": Kind(_weights, lambda path, _: _Padded(_torch(path, lower=True))),
    "torch bfloat16": Kind(_weights, lambda path, _: PackedNetwork(_torch(path, lower=True))),
    "ONNX Runtime float32": Kind(_onnx, _onnxruntime, ("onnxruntime",), _EXPORT),
    "ONNX Runtime int8": Kind(_onnx_int8, _onnxruntime, ("onnxruntime",), _EXPORT),
    "OpenVINO float32": _OPENVINO_FP32,
    "OpenVINO bfloat16": replace(_OPENVINO_FP32, load=_openvino("bf16")),
    "OpenVINO int8": Kind(_openvino_int8, _openvino("bf16"), ("openvino",), (*_EXPORT, "nncf")),
}
