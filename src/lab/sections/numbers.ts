// Numbers as people read them: four digits, thin gaps between thousands, a dash where there is none.

export function number(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) {
    return '–';
  }
  if (Number.isInteger(value)) {
    return String(value)
      .replace(/\B(?=(\d{3})+$)/g, '\u2009')
      .replace('-', '−');
  }
  return Number(value.toPrecision(4)).toString().replace('-', '−');
}

/** A share from 0 to 1 in per cent. */
export function percent(share: number | undefined): string {
  return share === undefined ? '–' : `${Number((share * 100).toPrecision(2))} %`;
}

export function bytes(value: number): string {
  return value < 1000
    ? `${value} B`
    : value < 1e6
      ? `${(value / 1000).toFixed(1)} kB`
      : `${(value / 1e6).toFixed(1)} MB`;
}
