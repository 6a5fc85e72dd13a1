"""What make_cases.py shares: seeds, batches, recorded training, and keys that the golden format lacks.

Those keys are written after `fxdump.dump`: `backend_config`, and in `custom_config` `standalone_settings`,
`preserved_attributes`, `convert_preserved_attributes`.
"""
import json
import os
import sys

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.ao.quantization import get_default_qconfig_mapping
from torch.ao.quantization.backend_config.onednn import get_onednn_backend_config

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../../golden"))
import fxdump  # noqa: E402

torch.set_num_threads(1)
BACKENDS = {"onednn": get_onednn_backend_config}
CASES = {}


def case(fn):
    CASES[fn.__name__] = fn
    return fn


def seeded_bn(model, seed=3):
    g = torch.Generator().manual_seed(seed)
    for m in model.modules():
        if isinstance(m, (nn.modules.batchnorm._BatchNorm, nn.modules.instancenorm._InstanceNorm, nn.GroupNorm, nn.LayerNorm)):
            if getattr(m, "running_mean", None) is not None:
                m.running_mean.copy_(torch.randn(m.running_mean.shape, generator=g) * 0.2)
                m.running_var.copy_(torch.rand(m.running_var.shape, generator=g) + 0.5)
            if getattr(m, "weight", None) is not None:
                m.weight.data.copy_(torch.rand(m.weight.shape, generator=g) + 0.5)
                m.bias.data.copy_(torch.randn(m.bias.shape, generator=g) * 0.1)
    return model


def batches(n, *shapes, seed=7, scale=1.0):
    g = torch.Generator().manual_seed(seed)
    return [tuple(torch.randn(s, generator=g) * scale for s in shapes) for _ in range(n)]


def ints(n, *specs, seed=5):
    """Batches of integer tensors: spec = (high, shape)."""
    g = torch.Generator().manual_seed(seed)
    return [tuple(torch.randint(0, hi, shape, generator=g) for hi, shape in specs) for _ in range(n)]


def sgd(make_batches, lr=0.05, steps=20, batch=32):
    """20 recorded SGD steps, as golden qat_conv_bn does."""

    def train(prepared, tensors):
        x, y = make_batches(steps * batch)
        opt = torch.optim.SGD(prepared.parameters(), lr=lr)
        losses = []
        for step in range(steps):
            bx, by = x[step * batch:(step + 1) * batch], y[step * batch:(step + 1) * batch]
            opt.zero_grad()
            loss = F.cross_entropy(prepared(bx), by)
            loss.backward()
            if step == 0:
                for k, p in prepared.named_parameters():
                    if p.grad is not None:
                        tensors[f"qat/grad0/{k}"] = p.grad.clone()
            opt.step()
            losses.append(loss.item())
        tensors["qat/losses"] = torch.tensor(losses, dtype=torch.float64)
        tensors["qat/batches"] = x[:steps * batch].clone()
        tensors["qat/labels"] = y[:steps * batch].clone()
        for k, v in prepared.state_dict().items():
            if isinstance(v, torch.Tensor):
                tensors[f"qat/state/{k}"] = v.detach().contiguous().clone()

    return train


def blobs(shape, classes, seed=11):
    """Labelled Gaussian clusters."""

    def make(n):
        g = torch.Generator().manual_seed(seed)
        centres = torch.randn((classes, *shape), generator=g)
        y = torch.randint(0, classes, (n,), generator=g)
        return centres[y] + 0.7 * torch.randn((n, *shape), generator=g), y

    return make


def extra_keys(prepare_custom, convert_custom):
    """Settings of the custom configs that fxdump does not write."""
    out = {}
    if prepare_custom:
        settings = {path: {"qconfig_mapping": entry.qconfig_mapping and fxdump.mapping_json(entry.qconfig_mapping),
                           "prepare_custom_config": entry.prepare_custom_config and fxdump.custom_json(entry.prepare_custom_config, None)}
                    for path, entry in prepare_custom.standalone_module_names.items()}
        if any(value for entry in settings.values() for value in entry.values()):
            out["standalone_settings"] = settings
        if prepare_custom.preserved_attributes:
            out["preserved_attributes"] = list(prepare_custom.preserved_attributes)
    if convert_custom and convert_custom.preserved_attributes:
        out["convert_preserved_attributes"] = list(convert_custom.preserved_attributes)
    return out


class Recorder:
    def __init__(self, seed):
        self.seed, self.current = seed, None

    def __call__(self, model, shapes=None, mapping=None, *, n=2, scale=1.0, inputs=None, bn=True, backend="fbgemm",
                 config=None, **kw):
        """shapes: one shape or a list of shapes of random inputs; or inputs + calibration given."""
        if shapes is not None:
            shapes = shapes if isinstance(shapes, list) else [shapes]
            inputs = batches(1, *shapes, seed=1, scale=scale)[0]
            if kw.get("mode", "static") in ("static", "weight_only"):
                kw.setdefault("calibration", batches(n, *shapes, scale=scale))
        mapping = mapping if mapping is not None else get_default_qconfig_mapping(backend)
        if config is not None:
            kw["backend_config"] = BACKENDS[config]()
        fxdump.dump(self.current, seeded_bn(model) if bn else model, inputs, mapping, HERE, backend=backend, **kw)
        path = os.path.join(HERE, f"{self.current}.json")
        with open(path) as f:
            doc = json.load(f)
        doc["custom_config"].update(extra_keys(kw.get("prepare_custom"), kw.get("convert_custom")))
        if config is not None:
            doc["backend_config"] = config
        with open(path, "w") as f:
            json.dump(doc, f, indent=1)

    def main(self):
        for name in sys.argv[1:] or list(CASES):
            self.current = name
            torch.manual_seed(self.seed + list(CASES).index(name))
            CASES[name]()
            print(name)
