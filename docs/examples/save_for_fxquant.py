"""Writes the state of a PyTorch model, quantized ones too, as a file that fxquant's parseStateDict reads.

    from save_for_fxquant import save_for_fxquant
    save_for_fxquant(quantized, "quantized.safetensors")

Needs torch and safetensors. The format is described in docs/state-dicts.md.
"""

import json

import torch
from safetensors.torch import save_file

SPATIAL = ("stride", "padding", "dilation", "groups", "output_padding")


def save_for_fxquant(model, path, metadata=None):
    """Writes the state of a model, or a state dict; TypeError names the first entry that cannot be written."""
    tensors, tags = {}, {}
    state = dict(model) if isinstance(model, dict) else {**model.state_dict(), **forgotten(model)}
    for key, value in state.items():
        put(key, value, tensors, tags)
    extra = dict(metadata or {})
    if tags:
        extra["fxquant.state_dict"] = json.dumps({"version": 1, "keys": list(state), "tags": tags})
    # Shared storage (tied weights, shared observers) is written once per key.
    save_file({key: tensor.detach().contiguous().clone() for key, tensor in tensors.items()}, path, extra or None)


def forgotten(model):
    """What the state dict lacks: quantized ELU, Softmax and PReLU keep their scale as a plain attribute."""
    found = {}
    for path, module in model.named_modules():
        if type(module).__module__ == "torch.ao.nn.quantized.modules.activation" and not module.state_dict():
            dtypes = {"scale": torch.float32, "zero_point": torch.int64}
            found.update({f"{path}.{k}": torch.tensor(getattr(module, k), dtype=d) for k, d in dtypes.items()})
            if hasattr(module, "weight"):
                found[f"{path}.weight"] = module.weight
    return found


def put(key, value, tensors, tags):
    if isinstance(value, torch.Tensor):
        put_tensor(key, value, tensors, tags)
    elif isinstance(value, tuple):
        tags[key] = {"tag": "tuple", "length": len(value)}
        for i, item in enumerate(value):
            put(f"{key}#{i}", item, tensors, tags)
    elif isinstance(value, (torch.dtype, torch.qscheme)):
        tags[key] = {"tag": "value", "value": str(value).removeprefix("torch.")}
    elif value is None or isinstance(value, (str, int, float, bool)):
        tags[key] = {"tag": "value", "value": value}
    elif isinstance(value, torch.ScriptObject):
        put_packed(key, value, tensors, tags)
    else:
        raise TypeError(f"{key}: a {type(value).__name__} cannot be written")


def put_tensor(key, value, tensors, tags):
    if not value.is_quantized:
        tensors[key] = value
        return
    tag = {"tag": "quantized", "dtype": str(value.dtype).removeprefix("torch.")}
    tag["qscheme"] = str(value.qscheme()).removeprefix("torch.")
    if value.qscheme() in (torch.per_channel_affine, torch.per_channel_affine_float_qparams):
        tag["axis"] = value.q_per_channel_axis()
        scales, zero_points = value.q_per_channel_scales(), value.q_per_channel_zero_points()
    else:
        scales = torch.tensor([value.q_scale()], dtype=torch.float64)
        zero_points = torch.tensor([value.q_zero_point()])
    tags[key] = tag
    integers = value.int_repr()
    if value.dtype == torch.quint4x2:  # two to a byte, the first in the low bits
        rows, width = value.shape
        integers = torch.stack([integers & 15, integers >> 4], -1).reshape(rows, -1)[:, :width]
    tensors[f"{key}#int"] = integers
    tensors[f"{key}#scales"] = scales.double()
    tensors[f"{key}#zero_points"] = zero_points.double() if zero_points.is_floating_point() else zero_points.long()


def put_packed(key, value, tensors, tags):
    kind = value._type().name()
    if kind == "LinearPackedParamsBase":
        state = value.__getstate__()[0]
        half = not state[0].is_quantized
        tags[key] = {"tag": "packed", "kind": "linear_fp16" if half else "linear"}
        weight, bias = state[0].float() if half else state[0], state[1]
    elif kind.startswith("Conv"):
        dims = int(kind.removeprefix("Conv")[0])
        weight, bias = value.unpack()
        numbers = {name: getattr(value, name)() for name in SPATIAL}
        options = {name: list(v) if isinstance(v, (list, tuple)) else v for name, v in numbers.items()}
        options = {"dims": dims, "transposed": bool(value.transpose()), **options}
        options["outputPadding"] = options.pop("output_padding")
        tags[key] = {"tag": "packed", "kind": "conv", "options": options}
    elif kind == "CellParamsBase":
        tags[key] = {"tag": "packed", "kind": "cell"}
        packed = value.__getstate__()[0][4]
        for name, part in zip(("ih", "hh", "hr"), [*packed, None][:3]):
            put(f"{key}#{name}", part, tensors, tags)
        return
    elif kind == "EmbeddingPackedParamsBase":
        tags[key] = {"tag": "packed", "kind": "embedding"}
        put(f"{key}#weight", torch.ops.quantized.embedding_bag_unpack(value), tensors, tags)
        return
    else:
        raise TypeError(f"{key}: packed weights of class {kind} cannot be written")
    put(f"{key}#weight", weight, tensors, tags)
    put(f"{key}#bias", bias, tensors, tags)
