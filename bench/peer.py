"""The same steps in PyTorch, for `npm run bench`: prints {step: milliseconds} as JSON.

Usage: peer.py MODEL DIGITS.safetensors ROUNDS
"""

import copy
import json
import sys
import time
import warnings

import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import nn
from torch.ao.quantization import get_default_qconfig_mapping
from torch.ao.quantization.quantize_fx import convert_fx, prepare_fx

warnings.filterwarnings("ignore")
torch.set_num_threads(1)


class DigitsCnn(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(1, 16, 3, padding=1), nn.BatchNorm2d(16)
        self.conv2, self.bn2 = nn.Conv2d(16, 32, 3, padding=1), nn.BatchNorm2d(32)
        self.fc1, self.drop, self.fc2 = nn.Linear(128, 64), nn.Dropout(0.2), nn.Linear(64, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 2)
        x = F.max_pool2d(F.relu(self.bn2(self.conv2(x))), 2)
        return self.fc2(self.drop(F.relu(self.fc1(torch.flatten(x, 1)))))


class Block(nn.Module):
    def __init__(self, i, c, s):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(i, c, 3, s, 1, bias=False), nn.BatchNorm2d(c)
        self.conv2, self.bn2 = nn.Conv2d(c, c, 3, 1, 1, bias=False), nn.BatchNorm2d(c)
        self.relu = nn.ReLU()
        self.downsample = nn.Identity() if s == 1 else nn.Sequential(
            nn.Conv2d(i, c, 1, s, bias=False), nn.BatchNorm2d(c))

    def forward(self, x):
        y = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        return self.relu(y + self.downsample(x))


class ResNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.bn1, self.relu = nn.Conv2d(1, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU()
        self.layer1 = nn.Sequential(Block(16, 16, 1), Block(16, 16, 1))
        self.layer2 = nn.Sequential(Block(16, 32, 2), Block(32, 32, 1))
        self.layer3 = nn.Sequential(Block(32, 64, 2), Block(64, 64, 1))
        self.avgpool, self.fc = nn.AdaptiveAvgPool2d(1), nn.Linear(64, 10)

    def forward(self, x):
        x = self.layer3(self.layer2(self.layer1(self.relu(self.bn1(self.conv1(x))))))
        return self.fc(torch.flatten(self.avgpool(x), 1))


def best(rounds, run):
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        result = run()
        times.append((time.perf_counter() - start) * 1000)
    return min(times), result


def main(name, digits, rounds):
    model = {"digits_cnn": DigitsCnn, "digits_resnet": ResNet}[name]().eval()
    x = load_file(digits)["train/images"].float() / 16
    batches = x[:256].split(64)
    mapping = get_default_qconfig_mapping("fbgemm")
    torch.backends.quantized.engine = "fbgemm"
    steps = {}
    with torch.no_grad():
        steps["trace"], _ = best(rounds, lambda: torch.fx.symbolic_trace(model))
        steps["prepareFx"], prepared = best(rounds, lambda: prepare_fx(model, mapping, (batches[0],)))
        steps["calibrate"], _ = best(rounds, lambda: [prepared(b) for b in batches])
        # convert_fx spoils its argument: every round gets its own copy, made beforehand.
        copies = [copy.deepcopy(prepared) for _ in range(rounds)]
        steps["convertFx"], quantized = best(rounds, lambda: convert_fx(copies.pop()))
        for size in (1, 64):
            steps[f"float, batch {size}"], _ = best(5 * rounds, lambda: model(x[:size]))
            steps[f"int8, batch {size}"], _ = best(5 * rounds, lambda: quantized(x[:size]))
    print(json.dumps(steps))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
