// Names a person could have meant: misspelt paths and class names with their nearest candidates.

const MOST = 3;

/** "Did you mean 'x'?" for names a few edits away, or undefined where nothing is near. */
export function didYouMean(name: string, candidates: Iterable<string>): string | undefined {
  const close = nearest(name, candidates);
  const [last] = close.slice(-1);
  if (last === undefined) {
    return undefined;
  }
  const before = close.slice(0, -1).map(quote).join(', ');
  return `Did you mean ${before === '' ? '' : `${before} or `}${quote(last)}?`;
}

/** At most three candidates, the nearest first; also those that end in the name (`fc` for `head.fc`). */
export function nearest(name: string, candidates: Iterable<string>): string[] {
  const limit = Math.max(1, Math.min(3, Math.floor(name.length / 3)));
  return [...new Set(candidates)]
    .filter(candidate => candidate !== '' && candidate !== name)
    .map(candidate => [candidate, closeness(name, candidate)] as const)
    .filter(([, distance]) => distance <= limit)
    .sort(([, a], [, b]) => a - b)
    .slice(0, MOST)
    .map(([candidate]) => candidate);
}

function closeness(name: string, candidate: string): number {
  if (candidate.toLowerCase() === name.toLowerCase() || candidate.endsWith(`.${name}`)) {
    return 0;
  }
  return editDistance(name, candidate);
}

/** Levenshtein's, with two exchanged neighbours as one edit. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = (row[j - 1] ?? 0) + Number(a[i - 1] !== b[j - 1]);
      let best = Math.min(replace, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, (before[j - 2] ?? 0) + 1);
      }
      next.push(best);
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}

const quote = (name: string): string => `'${name}'`;
