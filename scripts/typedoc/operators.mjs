// A TypeDoc plugin: operators that have no words of their own are documented by the PyTorch function they are. There
// are hundreds of them under PyTorch's names; everything else has to have a docstring, or the build fails.
import { Comment, Converter, ReflectionKind } from 'typedoc';

/** Where operators live → the PyTorch name in front of theirs. */
const HOMES = {
  torch: 'torch',
  functions: 'torch',
  linalg: 'torch.linalg',
  F: 'torch.nn.functional',
  Tensor: 'torch.Tensor',
  Parameter: 'torch.Tensor'
};
const KINDS =
  ReflectionKind.Function | ReflectionKind.Variable | ReflectionKind.Method | ReflectionKind.Property;

export function load(app) {
  app.converter.on(Converter.EVENT_RESOLVE_END, context => {
    for (const reflection of context.project.getReflectionsByKind(KINDS)) {
      const home = Object.hasOwn(HOMES, reflection.parent?.name ?? '')
        ? HOMES[reflection.parent.name]
        : undefined;
      if (home !== undefined && isCallable(reflection))
        describe(reflection, `${home}.${snakeCase(reflection.name)}`);
    }
  });
}

const signaturesOf = reflection => [
  ...(reflection.signatures ?? []),
  ...(reflection.type?.type === 'reflection' ? (reflection.type.declaration.signatures ?? []) : [])
];

/** A function, or a value whose type is one: `const relu: Activation`. */
const isCallable = reflection => signaturesOf(reflection).length > 0 || /^[a-z]/.test(reflection.name);

function describe(reflection, target) {
  const inPlace = target.endsWith('_') ? ' Changes the tensor itself.' : '';
  const comment = () =>
    new Comment([{ kind: 'text', text: `The same as PyTorch's \`${target}\`.${inPlace}` }]);
  const signatures = signaturesOf(reflection);
  for (const signature of signatures) signature.comment ??= comment();
  reflection.comment ??= comment();
}

const snakeCase = name => name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
