// What is measured: the networks of the golden cases `digits_cnn` and `digits_resnet`, on their own data.

import { readFileSync } from 'node:fs';
import { F, type Tensor, nn, parseSafetensors, torch } from '../src';

type Op = nn.TensorModule;

class DigitsCnn extends nn.Module {
  conv1 = new nn.Conv2d(1, 16, 3, { padding: 1 });
  bn1 = new nn.BatchNorm2d(16);
  conv2 = new nn.Conv2d(16, 32, 3, { padding: 1 });
  bn2 = new nn.BatchNorm2d(32);
  fc1 = new nn.Linear(128, 64);
  drop = new nn.Dropout(0.2);
  fc2 = new nn.Linear(64, 10);
  override forward(x: Tensor): Tensor {
    x = F.maxPool2d(F.relu(this.bn1(this.conv1(x))), 2);
    x = F.maxPool2d(F.relu(this.bn2(this.conv2(x))), 2);
    x = this.drop(F.relu(this.fc1(torch.flatten(x, 1))));
    return this.fc2(x);
  }
}

class Block extends nn.Module {
  conv1: nn.Conv2d;
  bn1: nn.BatchNorm2d;
  conv2: nn.Conv2d;
  bn2: nn.BatchNorm2d;
  relu = new nn.ReLU();
  downsample: Op;
  constructor(inChannels: number, channels: number, stride: number) {
    super();
    this.conv1 = new nn.Conv2d(inChannels, channels, 3, { stride, padding: 1, bias: false });
    this.bn1 = new nn.BatchNorm2d(channels);
    this.conv2 = new nn.Conv2d(channels, channels, 3, { padding: 1, bias: false });
    this.bn2 = new nn.BatchNorm2d(channels);
    this.downsample =
      stride === 1
        ? new nn.Identity()
        : new nn.Sequential(
            new nn.Conv2d(inChannels, channels, 1, { stride, bias: false }),
            new nn.BatchNorm2d(channels)
          );
  }
  override forward(x: Tensor): Tensor {
    const y = this.bn2(this.conv2(this.relu(this.bn1(this.conv1(x)))));
    return this.relu(y.add(this.downsample(x)));
  }
}

class ResNet extends nn.Module {
  conv1 = new nn.Conv2d(1, 16, 3, { padding: 1, bias: false });
  bn1 = new nn.BatchNorm2d(16);
  relu = new nn.ReLU();
  layer1 = new nn.Sequential(new Block(16, 16, 1), new Block(16, 16, 1));
  layer2 = new nn.Sequential(new Block(16, 32, 2), new Block(32, 32, 1));
  layer3 = new nn.Sequential(new Block(32, 64, 2), new Block(64, 64, 1));
  avgpool = new nn.AdaptiveAvgPool2d(1);
  fc = new nn.Linear(64, 10);
  override forward(x: Tensor): Tensor {
    x = this.relu(this.bn1(this.conv1(x)));
    x = this.layer3(this.layer2(this.layer1(x)));
    return this.fc(torch.flatten(this.avgpool(x), 1));
  }
}

export interface Subject {
  readonly name: string;
  make(): nn.Module & { (x: Tensor): Tensor };
}

export const subjects: readonly Subject[] = [
  { name: 'digits_cnn', make: () => new DigitsCnn() as never },
  { name: 'digits_resnet', make: () => new ResNet() as never }
];

/** Training images in [0, 1], `[1437, 1, 8, 8]`. */
export function images(): Tensor {
  const digits = parseSafetensors(readFileSync('notebooks/data/digits.safetensors'));
  const pixels = digits.get('train/images');
  if (!pixels) throw new Error('notebooks/data/digits.safetensors has no train/images');
  return pixels.to('float32').div(16);
}
