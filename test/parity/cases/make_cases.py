"""Records the cases of this folder: python make_cases.py [case ...]

More of what PyTorch does than the golden cases show, small: other operators, settings and modes. Needs torch 2.13, safetensors.
"""
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.ao.quantization import (
    MinMaxObserver, MovingAverageMinMaxObserver, QConfig, QConfigMapping, default_dynamic_qconfig,
    default_embedding_qat_qconfig, default_per_channel_qconfig, default_per_channel_weight_observer,
    default_qconfig, default_weight_observer, float16_dynamic_qconfig, float_qparams_weight_only_qconfig,
    float_qparams_weight_only_qconfig_4bit, get_default_qat_qconfig_mapping, get_default_qconfig,
    get_default_qconfig_mapping, per_channel_dynamic_qconfig,
)
from torch.ao.quantization.fx.custom_config import ConvertCustomConfig, PrepareCustomConfig

from recorder import Recorder, case, batches, blobs, ints, sgd

rec = Recorder(100)


def fb():
    return get_default_qconfig_mapping("fbgemm")


@case
def mobilenet_v3_functional_x86():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b, self.c, self.d = nn.Conv2d(3, 8, 3, 2, 1), nn.Conv2d(8, 8, 5, 1, 2, groups=8), nn.Conv2d(8, 4, 1), nn.Conv2d(4, 8, 1)
            self.fc = nn.Linear(8, 4)

        def forward(self, x):
            x = F.hardswish(self.a(x))
            x = F.hardswish(self.b(x), inplace=True)
            s = F.adaptive_avg_pool2d(x, output_size=1)
            s = F.relu6(self.d(F.relu(self.c(s))) + 3.0) / 6.0
            x = torch.mul(x, s)
            x = F.avg_pool2d(x, kernel_size=2)
            return F.hardtanh(self.fc(x.mean([2, 3])), -1.0, 2.0)

    rec(Net(), (1, 3, 12, 12), backend="x86", note="MobileNetV3 with functionals, hand-made hardsigmoid, mean over [2,3], x86 engine")


@case
def inception():
    class BasicConv2d(nn.Module):
        def __init__(self, i, o, **kw):
            super().__init__()
            self.conv, self.bn = nn.Conv2d(i, o, bias=False, **kw), nn.BatchNorm2d(o, eps=0.001)

        def forward(self, x):
            return F.relu(self.bn(self.conv(x)), inplace=True)

    class Inception(nn.Module):
        def __init__(self, i):
            super().__init__()
            self.branch1 = BasicConv2d(i, 4, kernel_size=1)
            self.branch2 = nn.Sequential(BasicConv2d(i, 4, kernel_size=1), BasicConv2d(4, 6, kernel_size=3, padding=1))
            self.branch3_1, self.branch3_2 = BasicConv2d(i, 4, kernel_size=(1, 5), padding=(0, 2)), BasicConv2d(4, 4, kernel_size=(5, 1), padding=(2, 0))
            self.branch4 = nn.Sequential(nn.MaxPool2d(3, stride=1, padding=1, ceil_mode=True), BasicConv2d(i, 2, kernel_size=1))
            self.pool_conv = BasicConv2d(i, 2, kernel_size=1)

        def forward(self, x):
            out = [self.branch1(x), self.branch2(x), self.branch3_2(self.branch3_1(x)), self.branch4(x)]
            pooled = F.avg_pool2d(x, kernel_size=3, stride=1, padding=1)
            out.append(self.pool_conv(pooled))
            return torch.cat(out, dim=1)

    rec(nn.Sequential(BasicConv2d(3, 6, kernel_size=3, stride=2), Inception(6), nn.AdaptiveAvgPool2d(2)), (1, 3, 11, 11),
        note="Inception: five branches, 1x5/5x1 kernels, ceil_mode pool, avg_pool with padding")


class SelfAttention(nn.Module):
    def __init__(self, d, h):
        super().__init__()
        self.h, self.dk = h, d // h
        self.qkv, self.proj = nn.Linear(d, 3 * d), nn.Linear(d, d)
        self.drop = nn.Dropout(0.1)

    def forward(self, x, mask=None):
        q, k, v = self.qkv(x).chunk(3, dim=-1)
        q = q.reshape(-1, 6, self.h, self.dk).transpose(1, 2)
        k = k.reshape(-1, 6, self.h, self.dk).transpose(1, 2)
        v = v.reshape(-1, 6, self.h, self.dk).transpose(1, 2)
        s = torch.matmul(q, k.transpose(-2, -1)) * self.dk ** -0.5
        if mask is not None:
            s = s.masked_fill(mask, -20.0)
        p = self.drop(F.softmax(s, dim=-1))
        y = torch.matmul(p, v).transpose(1, 2).contiguous().view(-1, 6, self.h * self.dk)
        return self.proj(y)


class EncoderBlock(nn.Module):
    def __init__(self, d=12, h=3, act=None):
        super().__init__()
        self.ln1, self.ln2 = nn.LayerNorm(d), nn.LayerNorm(d)
        self.attn = SelfAttention(d, h)
        self.mlp = nn.Sequential(nn.Linear(d, 2 * d), act or nn.GELU(), nn.Dropout(0.1), nn.Linear(2 * d, d))

    def forward(self, x, mask=None):
        x = x + self.attn(self.ln1(x), mask=mask)
        return x + self.mlp(self.ln2(x))


@case
def transformer_dynamic():
    class Decoder(nn.Module):
        def __init__(self):
            super().__init__()
            self.emb = nn.Embedding(20, 12)
            self.block = EncoderBlock(act=nn.ReLU())
            self.head = nn.Linear(12, 20, bias=False)
            self.register_buffer("mask", torch.triu(torch.ones(6, 6, dtype=torch.bool), 1))

        def forward(self, ids):
            return self.head(self.block(self.emb(ids), self.mask))

    mapping = QConfigMapping().set_global(default_dynamic_qconfig).set_object_type(nn.Embedding, float_qparams_weight_only_qconfig)
    ids = ints(1, (20, (2, 6)))[0]
    rec(Decoder(), None, mapping, inputs=ids, calibration=[ids], mode="dynamic",
        note="causal transformer, dynamic linears, weight-only embedding, bool mask buffer")


@case
def gru_bidirectional_initial_state():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.rnn, self.fc = nn.GRU(4, 5, bidirectional=True, batch_first=True), nn.Linear(10, 3)

        def forward(self, x, h0):
            y, h = self.rnn(x, h0)
            return self.fc(y[:, -1, :]), h

    rec(Net(), [(2, 4, 4), (2, 2, 5)], QConfigMapping().set_object_type(nn.GRU, default_dynamic_qconfig)
        .set_object_type(nn.Linear, per_channel_dynamic_qconfig), mode="dynamic", note="bidirectional GRU with an initial state, slices")


@case
def cells_dynamic():
    class Cells(nn.Module):
        def __init__(self):
            super().__init__()
            self.lstm, self.gru = nn.LSTMCell(4, 6), nn.GRUCell(6, 5)
            self.tanh, self.relu = nn.RNNCell(5, 4), nn.RNNCell(5, 4, nonlinearity="relu")

        def forward(self, x, h, c):
            for t in range(2):
                h, c = self.lstm(x[:, t], (h, c))
            g = self.gru(h)
            return self.tanh(g), self.relu(g), c

    rec(Cells(), [(3, 2, 4), (3, 6), (3, 6)], QConfigMapping().set_global(default_dynamic_qconfig), mode="dynamic",
        note="LSTMCell called twice, GRUCell, RNNCell tanh and relu, dynamic")


@case
def embedding_bag_weighted():
    class Bags(nn.Module):
        def __init__(self):
            super().__init__()
            self.a = nn.EmbeddingBag(20, 8, mode="sum")
            self.b = nn.EmbeddingBag(20, 8, mode="sum", include_last_offset=True)
            self.fc = nn.Linear(8, 3)

        def forward(self, ids, offsets, w):
            return self.fc(self.a(ids, offsets, per_sample_weights=w) + self.b(ids, offsets)[:2].sum(0))

    mapping = QConfigMapping().set_object_type(nn.EmbeddingBag, float_qparams_weight_only_qconfig).set_object_type(nn.Linear, default_dynamic_qconfig)
    inputs = (torch.tensor([1, 4, 7, 2, 19, 0]), torch.tensor([0, 2, 6]), torch.rand(6))
    rec(Bags(), None, mapping, inputs=inputs, mode="weight_only", note="EmbeddingBag with offsets, per-sample weights and last offset")


@case
def embedding_4bit():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.emb, self.bag = nn.Embedding(12, 8), nn.EmbeddingBag(12, 8, mode="sum", include_last_offset=True)

        def forward(self, ids, flat, offsets):
            return self.emb(ids).mean(1), self.bag(flat, offsets)

    mapping = QConfigMapping().set_object_type(nn.Embedding, float_qparams_weight_only_qconfig) \
        .set_object_type(nn.EmbeddingBag, float_qparams_weight_only_qconfig_4bit)
    rec(Net(), None, mapping, inputs=(torch.randint(0, 12, (2, 3)), torch.randint(0, 12, (5,)), torch.tensor([0, 3, 5])),
        mode="weight_only", note="4-bit embedding bag beside an 8-bit embedding")


@case
def conv3d_net():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.bn, self.b = nn.Conv3d(2, 4, 3, padding=1, bias=False), nn.BatchNorm3d(4), nn.Conv3d(4, 4, (1, 2, 2), stride=(1, 2, 2), groups=2)
            self.t, self.fc = nn.ConvTranspose3d(4, 3, 2, stride=2), nn.Linear(3, 2)

        def forward(self, x):
            x = F.relu(self.bn(self.a(x)))
            x = F.adaptive_avg_pool3d(self.t(F.relu(self.b(x))), 1)
            return self.fc(x.flatten(1))

    rec(Net(), (1, 2, 4, 4, 4), note="Conv3d with bn+relu, grouped strided Conv3d, ConvTranspose3d, adaptive 3d pool")


@case
def conv_padding_modes():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.a = nn.Conv2d(2, 4, 3, padding=1, padding_mode="reflect")
            self.b = nn.Conv2d(4, 4, (3, 2), stride=(2, 1), padding=(1, 0), dilation=(1, 2), groups=2)
            self.c = nn.Conv1d(4, 6, 3, padding=2, padding_mode="reflect")

        def forward(self, x):
            x = F.relu(self.a(x))
            x = self.b(x)
            return self.c(x.flatten(2))

    rec(Net(), (2, 2, 7, 7), note="reflect padding 2d and 1d, asymmetric stride/dilation/padding, groups")


@case
def functional_convs():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            P = lambda *s: nn.Parameter(torch.randn(*s) * 0.3)
            self.w1, self.b1, self.w2, self.b2, self.w3 = P(4, 2, 3), P(4), P(6, 2, 3, 3), P(6), P(2, 1, 2, 2, 2)
            self.wt, self.wl, self.bl = P(6, 4, 2, 2), P(5, 4), P(5)

        def forward(self, x, y, z):
            x = F.relu(F.conv1d(x, self.w1, self.b1, [2], [1], [1], 1))
            y = F.conv2d(y, self.w2, self.b2, (1, 1), (1, 1), (1, 1), groups=2)
            y = torch.nn.functional.relu(y)
            y = F.conv_transpose2d(y, self.wt, None, (2, 2), (0, 0), (0, 0), dilation=(1, 1), groups=1)
            z = F.conv3d(z, self.w3, None, [1, 1, 1], [0, 0, 0], [1, 1, 1], 1)
            y = F.linear(y.mean((2, 3)), self.wl, self.bl)
            return x, F.relu(y), z

    rec(Net(), [(2, 2, 8), (1, 4, 5, 5), (1, 1, 3, 3, 3)], note="F.conv1d/2d/3d, conv_transpose2d, linear with parameters, mixed positional and keyword arguments")


@case
def functional_fp16_dynamic():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.w, self.b, self.fc, self.fc2 = nn.Parameter(torch.randn(8, 6)), nn.Parameter(torch.randn(8)), nn.Linear(8, 5), nn.Linear(5, 5)

        def forward(self, x):
            return self.fc2(F.relu(self.fc(F.relu(F.linear(x, self.w, self.b)))))

    mapping = QConfigMapping().set_global(float16_dynamic_qconfig).set_module_name("fc2", default_dynamic_qconfig)
    rec(Net(), (3, 6), mapping, mode="dynamic", note="float16 dynamic functional linear+relu and linear module+relu, int8 dynamic tail")


@case
def binary_forms():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b, self.relu = nn.Linear(6, 6), nn.Linear(6, 6), nn.ReLU()

        def forward(self, x):
            a, b = self.a(x), self.b(x)
            c = torch.add(a, b)
            d = self.relu(torch.add(a, c))
            e = torch.mul(d, b)
            f = torch.relu(e * a)
            g = a.add(b)
            h = a.mul(b)
            i = torch.sub(a, b)
            j = a / (d + 1.0)
            f *= g
            f += h
            return f, i, j, c.add_(1.0)

    rec(Net(), (3, 6), note="torch.add/mul, method forms, in-place operators, sub and div between int8 values")


@case
def add_alpha():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b = nn.Linear(5, 5), nn.Linear(5, 5)

        def forward(self, x):
            return self.b(torch.add(self.a(x), x, alpha=2))

    rec(Net(), (3, 5), note="torch.add with alpha")


@case
def shape_ops():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv, self.fc = nn.Conv2d(2, 4, 3, padding=1), nn.Linear(8, 3)

        def forward(self, x):
            y = self.conv(x)
            a = torch.stack([y, y + 1], dim=1).flatten(1, 2)
            b = torch.narrow(a, 1, 2, 4)
            c = b.squeeze(0).unsqueeze(0)
            d = torch.unsqueeze(torch.squeeze(c, 0), 0)
            e = d.repeat_interleave(2, dim=1)
            f = torch.repeat_interleave(d, 2, 1)
            g = e.narrow(2, 0, 2).contiguous()
            h = torch.transpose(f, 1, 3)
            i = h.reshape(1, -1, 8)
            return self.fc(i), g, torch.permute(h, (0, 2, 1, 3)), y.repeat(1, 2, 1, 1), y.detach(), y.resize(1, 64)

    class NetNoResize(Net):
        def forward(self, x):
            y = self.conv(x)
            a = torch.stack([y, y + 1], dim=1).flatten(1, 2)
            b = torch.narrow(a, 1, 2, 4)
            c = b.squeeze(0).unsqueeze(0)
            d = torch.unsqueeze(torch.squeeze(c, 0), 0)
            e = d.repeat_interleave(2, dim=1)
            f = torch.repeat_interleave(d, 2, 1)
            g = e.narrow(2, 0, 2).contiguous()
            h = torch.transpose(f, 1, 3)
            i = h.reshape(1, -1, 8)
            return self.fc(i), g, torch.permute(h, (0, 2, 1, 3)), y.repeat(1, 2, 1, 1), y.detach()

    rec(NetNoResize(), (1, 2, 4, 4), note="stack, narrow, squeeze/unsqueeze, repeat_interleave, repeat, permute, transpose, detach")


@case
def constants_and_buffers():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(4, 4)
            self.register_buffer("scale", torch.tensor([0.5, 1.0, 1.5, 2.0]))
            self.register_buffer("mean", torch.randn(1, 4))
            self.bias = nn.Parameter(torch.randn(4))

        def forward(self, x):
            x = (x - self.mean) / self.scale
            y = self.fc(x) * self.scale
            y = y + torch.tensor([0.1, 0.2, 0.3, 0.4])
            z = self.bias.expand(3, 4) + y
            return z, torch.cat([y, self.mean.expand(3, -1)], dim=0), y.expand_as(z)

    rec(Net(), (3, 4), note="buffers, tensor constants, parameters in arithmetic, expand; a buffer used twice")


@case
def shared_and_aliased():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b = nn.Linear(5, 5), nn.Linear(5, 5)
            self.alias = self.b
            self.relu, self.blocks = nn.ReLU(), nn.ModuleList([nn.Sequential(nn.Linear(5, 5), nn.ReLU())] * 2)

        def forward(self, x):
            x = self.relu(self.a(x))
            x = self.relu(self.a(x))
            x = self.alias(self.b(x))
            for block in self.blocks:
                x = block(x)
            return self.relu(x)

    rec(Net(), (3, 5), note="linear and relu called twice, aliases, one block twice in a ModuleList")


@case
def keyword_calls():
    class Sub(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(4, 4)

        def forward(self, x, scale=1.0, *, shift=None):
            y = self.fc(x) * scale
            return y if shift is None else y + shift

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b, self.c = Sub(), Sub(), nn.Linear(4, 4)

        def forward(self, x, skip, scale=2.0, mask=None):
            y = self.a(x=x, scale=scale)
            z = self.b(y, shift=skip, scale=0.5)
            return self.c(z)

    rec(Net(), [(3, 4), (3, 4)], QConfigMapping().set_object_type(nn.Linear, default_dynamic_qconfig), mode="dynamic",
        note="keyword arguments to submodules, default arguments of forward: scale=2.0, mask=None")


@case
def nested_outputs():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b, self.unused = nn.Linear(4, 4), nn.Linear(4, 3), nn.Linear(4, 9)

        def forward(self, x, y):
            a = F.relu(self.a(x))
            b = self.b(a + y)
            return [a, {"b": b, "pair": (b.sigmoid(), x)}], (y, [b, None])

    rec(Net(), [(3, 4), (3, 4)], note="nested list/dict/tuple outputs, inputs returned, an unused module")


@case
def float_functional():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b = nn.Conv2d(2, 4, 1), nn.Conv2d(2, 4, 1)
            self.ff = torch.ao.nn.quantized.FloatFunctional()
            self.ff2 = torch.ao.nn.quantized.FloatFunctional()

        def forward(self, x):
            y = self.ff.add_relu(self.a(x), self.b(x))
            return self.ff2.cat([self.ff2.mul_scalar(y, 0.5), self.a(x)], 1)

    rec(Net(), (1, 2, 4, 4), note="FloatFunctional add_relu, mul_scalar, cat")


@case
def set_onednn_config():
    rec(nn.Sequential(nn.Linear(6, 8), nn.LeakyReLU(0.1), nn.Linear(8, 8), nn.Tanh(), nn.Linear(8, 6), nn.ReLU()), (3, 6), QConfigMapping().set_global(get_default_qconfig("onednn")), backend="onednn", config="onednn",
        note="onednn backend config: linear+leaky_relu and linear+tanh fusions")


class Plain(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 6, 3, padding=1)
        self.block = nn.Sequential(nn.Conv2d(6, 6, 3, padding=1), nn.ReLU(), nn.Sequential(nn.Conv2d(6, 6, 1), nn.Hardswish()))
        self.fc1, self.fc2, self.fc3 = nn.Linear(6, 8), nn.Linear(8, 8), nn.Linear(8, 3)

    def forward(self, x):
        x = self.stem(x)
        x = x + self.block(x)
        x = F.adaptive_avg_pool2d(x, 1).flatten(1)
        x = self.fc2(F.elu(self.fc1(x)))
        y = x.sigmoid() + x
        return self.fc3(y.view(-1, 8))


@case
def set_method_rows():
    fixed = fb().object_type_qconfigs["sigmoid"]
    m = (QConfigMapping().set_global(default_per_channel_qconfig).set_object_type("sigmoid", fixed).set_object_type("view", None)
         .set_object_type(F.elu, None).set_object_type("flatten", None).set_object_type(nn.Hardswish, None).set_object_type(Plain, default_per_channel_qconfig))
    rec(Plain(), (2, 3, 6, 6), m, note="object types: methods by name, F.elu null, Hardswish null, the root's class")


class Inner(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 1)

    def forward(self, x):
        return F.relu(self.conv(x))


class Outer(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.inner, self.tail = nn.Conv2d(3, 3, 1), Inner(), nn.Conv2d(4, 2, 1)

    def forward(self, x):
        return self.tail(self.inner(self.conv(x)))


@case
def standalone_quantized_io():
    x = batches(1, (1, 3, 4, 4), seed=1)[0]
    inner = PrepareCustomConfig().set_input_quantized_indexes([0]).set_output_quantized_indexes([0])
    rec(Outer(), (1, 3, 4, 4), prepare_custom=PrepareCustomConfig().set_standalone_module_name("inner", None, x, inner, None),
        note="standalone by name, quantized in and out")


@case
def standalone_own_mapping():
    x = batches(1, (1, 3, 4, 4), seed=1)[0]
    rec(nn.Sequential(nn.Sequential(nn.Conv2d(3, 3, 1), Inner()), nn.ReLU()), (1, 3, 4, 4),
        prepare_custom=PrepareCustomConfig().set_standalone_module_name("0.1", QConfigMapping().set_global(default_qconfig), x, None, None),
        note="nested standalone module with a mapping of its own")


@case
def quantized_inputs_outputs():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b = nn.Linear(6, 6), nn.Linear(6, 4)

        def forward(self, x, y):
            a = F.relu(self.a(x))
            return a, self.b(a + y), y * 2

    rec(Net(), [(3, 6), (3, 6)], prepare_custom=PrepareCustomConfig().set_output_quantized_indexes([0, 1]), note="first two of three outputs stay quantized")


@case
def preserved_attributes():
    m = nn.Sequential(nn.Linear(6, 6), nn.ReLU())
    m.tag = "v1"
    rec(m, (3, 6), prepare_custom=PrepareCustomConfig().set_preserved_attributes(["tag"]), convert_custom=ConvertCustomConfig().set_preserved_attributes(["tag"]),
        note="preserved attributes")


def qat(model, make, mapping, note, lr=0.05, batch=32, backend="fbgemm", **kw):
    x, _ = make(4 + 640)
    rec(model, None, mapping, inputs=(x[-4:],), mode="qat", train=sgd(make, lr=lr, batch=batch), backend=backend, note=note, **kw)


@case
def qat_mlp_bn():
    m = nn.Sequential(nn.Linear(12, 10), nn.BatchNorm1d(10), nn.ReLU(), nn.Linear(10, 8), nn.ReLU(), nn.Linear(8, 4))
    qat(m, blobs((12,), 4), get_default_qat_qconfig_mapping("fbgemm"), "QAT: linear+bn+relu, linear+relu, linear; 20 SGD steps")


@case
def qat_embedding():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.emb, self.fc1, self.fc2 = nn.Embedding(20, 8), nn.Linear(8, 8), nn.Linear(8, 3)

        def forward(self, ids):
            return self.fc2(F.relu(self.fc1(self.emb(ids).mean(1))))

    def make(n):
        g = torch.Generator().manual_seed(4)
        ids = torch.randint(0, 20, (n, 4), generator=g)
        return ids, ids.sum(1) % 3

    mapping = get_default_qat_qconfig_mapping("fbgemm").set_object_type(nn.Embedding, default_embedding_qat_qconfig)
    qat(Net(), make, mapping, "QAT: embedding, mean, linear+relu, linear")


@case
def lstm_fp16():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.lstm, self.fc = nn.LSTM(4, 5, bidirectional=True), nn.Linear(10, 3)

        def forward(self, x):
            return self.fc(self.lstm(x)[0].mean(0))

    rec(Net(), (3, 2, 4), QConfigMapping().set_global(float16_dynamic_qconfig), mode="dynamic", note="float16 dynamic bidirectional LSTM and linear")


@case
def dynamic_qnnpack():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b, self.w = nn.Linear(6, 8), nn.Linear(8, 8, bias=False), nn.Parameter(torch.randn(3, 8))

        def forward(self, x):
            return F.linear(F.relu(self.b(F.relu(self.a(x)))), self.w)

    rec(Net(), (2, 3, 6), QConfigMapping().set_global(default_dynamic_qconfig), mode="dynamic", backend="qnnpack", note="dynamic linears on qnnpack, 3-d input, no bias")


@case
def dangling_inplace():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc, self.fc2 = nn.Linear(5, 5), nn.Linear(5, 5)

        def forward(self, x):
            y = self.fc(x)
            y.add_(1.0)
            z = self.fc2(y)
            z *= 2
            return z

    rec(Net(), (3, 5), note="in-place method with its result unused, in-place operator used")


@case
def set_conflicting_observers():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b, self.c = nn.Linear(5, 5), nn.Linear(5, 5), nn.Linear(10, 3)

        def forward(self, x):
            y = F.relu(self.a(x))
            return self.c(torch.cat([self.b(y), self.b(x)], 1)), x

    q1 = QConfig(activation=MinMaxObserver.with_args(quant_min=0, quant_max=127), weight=default_weight_observer)
    q2 = QConfig(activation=MovingAverageMinMaxObserver, weight=default_per_channel_weight_observer)
    rec(Net(), (3, 5), QConfigMapping().set_module_name("a", q1).set_module_name("b", QConfig(activation=MinMaxObserver, weight=default_weight_observer)).set_module_name("c", q2)
        .set_object_type(torch.cat, q2), n=3, note="consumers that disagree on the observer of one value, no global")


@case
def qat_shared():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b, self.relu = nn.Linear(6, 6), nn.Linear(6, 3), nn.ReLU()

        def forward(self, x):
            y = self.relu(self.a(x))
            y = self.a(y) + x
            return self.b(torch.cat([y[:, :3], self.relu(y[:, 3:])], 1))

    qat(Net(), blobs((6,), 3), get_default_qat_qconfig_mapping("fbgemm"), "QAT: one linear called twice, slices and cat")


if __name__ == "__main__":
    rec.main()
