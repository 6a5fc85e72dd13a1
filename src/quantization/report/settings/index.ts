// Every setting that had no effect, or another than it says.

import type { SettingEntry } from '../entry';
import type { SettingsContext } from './context';
import { checkMapping } from './mapping';
import { checkMarks } from './marks';

export { SettingsContext, type SettingsInput } from './context';

export function settingsWithoutEffect(context: SettingsContext): SettingEntry[] {
  checkMapping(context);
  checkMarks(context);
  return context.entries;
}
